import type { HttpResponse } from '../../../reference/ports/index.ts'
import { SinkRefusal, type Judgement, type ReceivedRequest, type SinkFormat } from '../sink-format.ts'
import type { SinkStoreOptions } from '../sink-store.ts'
import { grouped, lineTooLong, tooFarBehind, tooNew, tooOld, type FarBehind } from './loki-words.ts'
import { labelText, parseLabels, readPushRequest, type PushedStream } from './push-request.ts'

export interface SimulatedLokiOptions {
  /** The tenant that must be named; default none need be. */
  readonly tenant?: string
  /** What `Authorization` must be; default nothing need be. */
  readonly authorization?: string
  /** Bytes of a line, at most. Default 256 KiB. */
  readonly maxLineBytes?: number
  /** Bytes of a request before it is decompressed, at most. Default 4 MiB. */
  readonly maxBodyBytes?: number
  /** Entries that are older are not taken, milliseconds. Default 7 days. */
  readonly rejectOldMs?: number
  /** Entries that are further in the future are not taken, milliseconds. Default 10 minutes. */
  readonly creationGraceMs?: number
  /** Half of it is how far behind the newest of its stream an entry may be, milliseconds. Default 2 hours. */
  readonly maxChunkAgeMs?: number
}

/** A line that is held. */
export interface HeldLine {
  readonly time: bigint
  readonly line: string
}

/**
 * What Grafana Loki makes of pushes (versions 2.8 to 3): it decodes them with libraries of others, refuses what it refuses in its own words, takes the rest of the
 * same request, and drops an entry whose stamp and line equal those of one it has in the stream.
 *
 *     const loki = new SimulatedLoki()
 *     const sink = new SimulatedSink(world, loki.storeOptions)
 */
export class SimulatedLoki {
  readonly storeOptions: SinkStoreOptions
  readonly #options: Required<Omit<SimulatedLokiOptions, 'tenant' | 'authorization'>> & SimulatedLokiOptions
  readonly #streams = new Map<string, HeldStream>()
  /** Pushes that could be read. */
  pushes = 0
  /** Entries that were dropped because they were held already. */
  dropped = 0

  constructor(options: SimulatedLokiOptions = {}) {
    this.#options = { ...DEFAULTS, ...options }
    this.storeOptions = { format: this.#format(), onStored: (entries) => this.#hold(entries) }
  }

  /** Labels of the streams that are held, as Loki writes them. */
  get streams(): string[] {
    return [...this.#streams.keys()]
  }

  /** The lines of a stream as a query has them: by their stamps. @param labels as Loki writes them */
  linesOf(labels: string): HeldLine[] {
    const held = this.#streams.get(labels)?.lines ?? []
    return held.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
  }

  /** Lines of all streams. */
  get count(): number {
    return [...this.#streams.values()].reduce((sum, { lines }) => sum + lines.length, 0)
  }

  #format(): SinkFormat {
    return {
      entries: (request) => this.#read(request),
      judge: (entries, _, nowMs) => this.#judge(entries, BigInt(Math.floor(nowMs * 1000)) * 1000n),
      accepted: () => ({ status: 204, headers: {}, body: new Uint8Array() }),
      partlyAccepted: (entries, rejected) => this.#farBehind(entries, rejected),
      failed,
    }
  }

  #read(request: ReceivedRequest): Uint8Array[] {
    const { tenant, authorization, maxBodyBytes } = this.#options
    if (!request.path.startsWith('/loki/api/v1/push')) throw new SinkRefusal(404, '404 page not found')
    if (request.method !== 'POST') throw new SinkRefusal(405, 'Method Not Allowed')
    if (authorization !== undefined && request.headers['authorization'] !== authorization)
      throw new SinkRefusal(401, 'invalid credentials')
    if (tenant !== undefined && request.headers['x-scope-orgid'] !== tenant)
      throw new SinkRefusal(401, 'no org id')
    if (request.body.length > maxBodyBytes)
      throw new SinkRefusal(
        413,
        `request body too large: message size too large than max (${request.body.length} vs ${maxBodyBytes})`,
      )
    const streams = readPushRequest(request)
    if (streams.length === 0)
      throw new SinkRefusal(422, 'error at least one valid stream is required for ingestion')
    this.pushes += 1
    return streams.flatMap(entriesOf)
  }

  #judge(entries: readonly Uint8Array[], now: bigint): Judgement | null {
    const words: string[] = []
    const rejected: number[] = []
    const behind = new Map<string, FarBehind[]>()
    const newest = new Map<string, bigint>()
    entries.forEach((bytes, place) => {
      const entry = readEntry(bytes)
      const { stream, time } = entry
      const invalid = this.#invalid(entry, now)
      const cutoff = (newest.get(stream) ?? this.#streams.get(stream)?.newest ?? 0n) - this.#behind
      if (invalid !== null) words.push(invalid)
      else if (time < cutoff)
        behind.set(stream, [...(behind.get(stream) ?? []), { entry: { ...entry, metadata: {} }, cutoff }])
      else if (time > (newest.get(stream) ?? 0n)) newest.set(stream, time)
      if (invalid !== null || time < cutoff) rejected.push(place)
    })
    if (rejected.length === 0) return null
    // What an ingester says goes before what the distributor said.
    const [first] = behind
    const passed = entries.filter((bytes) => this.#invalid(readEntry(bytes), now) === null)
    const all = first === undefined ? grouped(words) : this.#behindWords(first[0], first[1], passed)
    return { rejected, answer: failed(400, all) }
  }

  get #behind(): bigint {
    return BigInt(this.#options.maxChunkAgeMs / 2) * 1_000_000n
  }

  /** Why the distributor does not take it. */
  #invalid({ stream, time, line }: Entry, now: bigint): string | null {
    const { rejectOldMs, creationGraceMs, maxLineBytes } = this.#options
    const oldest = now - BigInt(rejectOldMs) * 1_000_000n
    const bytes = Buffer.byteLength(line)
    if (time < oldest) return tooOld(stream, time, oldest)
    if (time > now + BigInt(creationGraceMs) * 1_000_000n) return tooNew(stream, time)
    return bytes > maxLineBytes ? lineTooLong(stream, bytes, maxLineBytes) : null
  }

  /** @param entries that were given to the ingester */
  #behindWords(stream: string, ignored: readonly FarBehind[], entries: readonly Uint8Array[]): string {
    const of = entries.filter((bytes) => readEntry(bytes).stream === stream).length
    return tooFarBehind(stream, this.#options.tenant ?? 'fake', ignored, of)
  }

  /** As if those were too far behind: of one stream, as Loki says it. */
  #farBehind(entries: readonly Uint8Array[], rejected: readonly number[]): HttpResponse {
    const ignored = rejected.map((place) => readEntry(entries[place]!))
    const { stream } = ignored[0]!
    const own = ignored
      .filter((entry) => entry.stream === stream)
      .map((entry) => ({ entry: { ...entry, metadata: {} }, cutoff: entry.time + 1n }))
    return failed(400, this.#behindWords(stream, own, entries))
  }

  #hold(entries: readonly Uint8Array[]): void {
    for (const bytes of entries) {
      const { stream, time, line } = readEntry(bytes)
      const held = this.#streams.get(stream) ?? { lines: [], known: new Set<string>(), newest: 0n }
      this.#streams.set(stream, held)
      const key = `${time} ${line}`
      if (held.known.has(key)) {
        this.dropped += 1
        continue
      }
      held.known.add(key)
      held.lines.push({ time, line })
      if (time > held.newest) held.newest = time
    }
  }
}

interface HeldStream {
  readonly lines: HeldLine[]
  readonly known: Set<string>
  newest: bigint
}

interface Entry extends HeldLine {
  readonly stream: string
}

/** Entries as the simulated sink has them. @throws SinkRefusal for labels Loki does not take */
function entriesOf({ labels, entries }: PushedStream): Uint8Array[] {
  const pairs = parseLabels(labels)
  if (pairs.length === 0) throw new SinkRefusal(400, 'error at least one label pair is required per stream')
  if (pairs.length > LABELS_MAX)
    throw new SinkRefusal(
      400,
      `entry for stream '${labels}' has ${pairs.length} label names; limit ${LABELS_MAX}`,
    )
  const long = pairs.find(([, value]) => Buffer.byteLength(value) > LABEL_VALUE_BYTES_MAX)
  if (long !== undefined)
    throw new SinkRefusal(400, `stream '${labels}' has label value too long: '${long[1]}'`)
  const stream = labelText(pairs)
  return entries.map(({ time, line }) => Buffer.from(JSON.stringify([stream, String(time), line])))
}

function readEntry(bytes: Uint8Array): Entry {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made above
  const [stream, time, line] = JSON.parse(Buffer.from(bytes).toString()) as [string, string, string]
  return { stream, time: BigInt(time), line }
}

function failed(status: number, words: string): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: Buffer.from(`${words}\n`),
  }
}

const DEFAULTS = {
  maxLineBytes: 256 * 1024,
  maxBodyBytes: 4 * 1024 * 1024,
  rejectOldMs: 7 * 86_400_000,
  creationGraceMs: 600_000,
  maxChunkAgeMs: 7_200_000,
}
const LABELS_MAX = 15
const LABEL_VALUE_BYTES_MAX = 2048
