import type { Sample } from '../../reference/metrics/metrics.ts'
import type { Delivery } from '../../simulators/index.ts'

/** I13: what the counters of one process tell is what the world saw it do. */
export class Counters {
  readonly #deliveries: () => readonly Delivery[]
  /** Records and bytes each sink held when the process began. */
  readonly #before: ReadonlyMap<string, Held>
  #isFirstHand = true
  #readsAll = true

  /** @param deliveries what each sink in use holds, of every container there is or was */
  constructor(deliveries: () => readonly Delivery[]) {
    this.#deliveries = deliveries
    this.#before = heldBy(deliveries())
  }

  /** What the process delivers may be there already, or be there without its knowledge: it began after a crash, or writes failed. */
  blurred(): void {
    this.#isFirstHand = false
  }

  /** What the process delivers may have been read before it. */
  behind(): void {
    this.#readsAll = false
  }

  /**
   * To be asked after a stop that missed nothing: what was read is delivered, and nothing is open. Containers that are gone have no series any more.
   * @param samples the metrics of the process
   * @returns a sentence about the first counter that is wrong; undefined when all is right
   */
  wrong(samples: readonly Sample[]): string | undefined {
    const { values: series } = seriesOf(samples)
    for (const [name, expected] of this.#expected()) {
      const told = series.get(name) ?? 0
      if (told !== expected) return `${name} is ${told}, and the world saw ${expected}`
    }
    return undefined
  }

  *#expected(): Generator<readonly [name: string, value: number]> {
    yield ['log_capturer_container_streams_active', 0]
    yield ['log_capturer_local_file_open_files', 0]
    yield ['log_capturer_lines_dropped_total', 0]
    if (!this.#isFirstHand) return
    const held = [...heldBy(this.#deliveries())].map(([key, now]) => gain(now, this.#before.get(key)))
    for (const sink of EXACT_SINKS) {
      const own = held.filter((one) => one.sink === sink)
      if (own.length === 0) continue
      const records = own.reduce((sum, one) => sum + one.records, 0)
      yield [`log_capturer_lines_delivered_total of ${sink}`, records]
    }
    if (!this.#readsAll) return
    for (const { sink, shortId, isThere, records, bytes } of held) {
      if (sink !== 'local_file' || !isThere) continue
      yield [`log_capturer_lines_read_total of ${shortId}`, records]
      yield [`log_capturer_bytes_read_total of ${shortId}`, bytes]
    }
  }
}

/** What is open at a moment, at least and at most. */
export interface OpenNow {
  readonly streams: readonly [least: number, most: number]
  readonly files: readonly [least: number, most: number]
  /** Short ids of containers that are gone for long. */
  readonly gone: readonly string[]
}

/**
 * I13 while the process runs: the gauges tell what is open, and nothing is told of containers that are gone. Called when everything has settled, nothing but this runs until it resolves.
 * @returns a sentence; undefined when all is right
 */
export async function wrongGauge(
  samples: () => Promise<readonly Sample[]>,
  open: OpenNow,
): Promise<string | undefined> {
  const series = seriesOf(await samples())
  const gone = open.gone.filter((id) => series.owners.has(id))
  if (gone.length > 0) return `there are series of containers that are gone: ${gone.join(', ')}`
  for (const [name, [least, most]] of [
    ['log_capturer_container_streams_active', open.streams],
    ['log_capturer_local_file_open_files', open.files],
  ] as const) {
    const told = series.values.get(name) ?? 0
    if (told < least || told > most) return `${name} is ${told}, and the world saw ${least} to ${most}`
  }
  return undefined
}

interface Held {
  readonly sink: string
  readonly shortId: string
  /** False when the container was removed. */
  readonly isThere: boolean
  readonly records: number
  readonly bytes: number
}

function heldBy(deliveries: readonly Delivery[]): Map<string, Held> {
  return new Map(
    deliveries.map(({ sink, container: { id, state }, check: { records, held: bytes } }) => [
      `${sink} ${id}`,
      { sink, shortId: id.slice(0, 12), isThere: state !== 'removed', records, bytes },
    ]),
  )
}

function gain(now: Held, before: Held | undefined): Held {
  return { ...now, records: now.records - (before?.records ?? 0), bytes: now.bytes - (before?.bytes ?? 0) }
}

interface Series {
  /** By name, with the container or the sink if there is one; and, where there are other labels, the sum. */
  readonly values: ReadonlyMap<string, number>
  /** Containers, by their short ids, and sinks. */
  readonly owners: ReadonlySet<string>
}

function seriesOf(samples: readonly Sample[]): Series {
  const values = new Map<string, number>()
  const owners = new Set<string>()
  for (const { name, labels, value } of samples) {
    const owner = labels['container_id'] ?? labels['sink']
    if (owner !== undefined) owners.add(String(owner))
    for (const key of owner === undefined ? [name] : [name, `${name} of ${owner}`])
      values.set(key, (values.get(key) ?? 0) + value)
  }
  return { values, owners }
}

/** A service over the network may hold what it could not acknowledge. */
const EXACT_SINKS = ['local_file', 'stdout'] as const
