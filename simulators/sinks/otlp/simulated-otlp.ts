import { SinkRefusal, type Judgement, type ReceivedRequest, type SinkFormat } from '../sink-format.ts'
import type { SinkStoreOptions } from '../sink-store.ts'
import {
  exportAnswer,
  exportType,
  isJson,
  readExportRequest,
  statusBody,
  type ExportedRecord,
} from './export-request.ts'

export interface SimulatedOtlpOptions {
  /** What `Authorization` must be; default nothing need be. */
  readonly authorization?: string
  /** Bytes of a request, at most. Default 20 MiB. */
  readonly maxBodyBytes?: number
  /** Records with a longer body are rejected, and the others taken. Default none is too long. */
  readonly maxBodyLength?: number
}

/**
 * A receiver of OTLP/HTTP logs. It decodes with a library of others, answers as the specification says, and knows which records it holds: unlike Loki it keeps what
 * comes twice, and counts it.
 */
export class SimulatedOtlp {
  readonly storeOptions: SinkStoreOptions
  readonly records: ExportedRecord[] = []
  /** Exports that could be read. */
  exports = 0
  /** Records that were held already, by their `log.record.uid`. */
  repeated = 0
  readonly #options: SimulatedOtlpOptions
  readonly #known = new Set<string>()

  constructor(options: SimulatedOtlpOptions = {}) {
    this.#options = options
    this.storeOptions = { format: this.#format(), onStored: (entries) => this.#hold(entries) }
  }

  /** The lines of a container, each once, in the order they came. */
  linesOf(container: string): string[] {
    return this.records
      .filter(({ resource }) => resource['container.id'] === container)
      .map(({ body }) => String(body))
  }

  #format(): SinkFormat {
    return {
      entries: (request) => this.#read(request),
      judge: (entries, request) => this.#judge(entries, request),
      accepted: (_, request) => exportAnswer(0, '', request),
      partlyAccepted: (_, rejected, request) => exportAnswer(rejected.length, 'some were not taken', request),
      failed: (status, words, request) => ({
        status,
        headers: { 'content-type': exportType(request) },
        body: statusBody(words, isJson(request)),
      }),
    }
  }

  #read(request: ReceivedRequest): Uint8Array[] {
    const { authorization, maxBodyBytes = 20 * 1024 * 1024 } = this.#options
    if (!request.path.startsWith('/v1/logs')) throw new SinkRefusal(404, '404 page not found')
    if (request.method !== 'POST') throw new SinkRefusal(405, '405 method not allowed, supported: [POST]')
    if (authorization !== undefined && request.headers['authorization'] !== authorization)
      throw new SinkRefusal(401, 'missing or wrong authorization')
    if (request.body.length > maxBodyBytes) throw new SinkRefusal(413, 'request body too large')
    const records = readExportRequest(request)
    this.exports += 1
    return records.map((record) => Buffer.from(JSON.stringify(record)))
  }

  #judge(entries: readonly Uint8Array[], request: ReceivedRequest): Judgement | null {
    const limit = this.#options.maxBodyLength ?? Infinity
    const rejected = entries.flatMap((bytes, place) =>
      String(recordIn(bytes).body).length > limit ? [place] : [],
    )
    if (rejected.length === 0) return null
    return { rejected, answer: exportAnswer(rejected.length, `a body is longer than ${limit}`, request) }
  }

  #hold(entries: readonly Uint8Array[]): void {
    for (const bytes of entries) {
      const record = recordIn(bytes)
      const uid = String(record.attributes['log.record.uid'])
      if (this.#known.has(uid)) this.repeated += 1
      else this.records.push(record)
      this.#known.add(uid)
    }
  }
}

function recordIn(bytes: Uint8Array): ExportedRecord {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made above
  return JSON.parse(Buffer.from(bytes).toString()) as ExportedRecord
}
