import type { Delivery } from '../../simulators/index.ts'

/** I13: what the counters of one process tell is what the world saw it do. */
export class Counters {
  readonly #text: () => Promise<string>
  readonly #deliveries: () => readonly Delivery[]
  /** Records and bytes each sink held when the process began. */
  readonly #before: ReadonlyMap<string, Held>
  #isFirstHand = true

  /** @param text the metrics of the process, in their text form */
  constructor(text: () => Promise<string>, deliveries: () => readonly Delivery[]) {
    this.#text = text
    this.#deliveries = deliveries
    this.#before = heldBy(deliveries())
  }

  /** The process began after a crash: what it delivers may be there already. */
  crashed(): void {
    this.#isFirstHand = false
  }

  /**
   * To be asked after a stop that missed nothing: what was read is delivered. Containers that are gone have no series any more.
   * @throws Error naming the counter
   */
  async assertTrue(): Promise<void> {
    if (!this.#isFirstHand) return
    const series = parseMetrics(await this.#text())
    for (const [key, { sink, shortId, records, bytes }] of heldBy(this.#deliveries())) {
      const before = this.#before.get(key) ?? { records: 0, bytes: 0 }
      if (sink !== 'local_file') continue
      assertEqual(series, `log_capturer_lines_read_total of ${shortId}`, records - before.records)
      assertEqual(series, `log_capturer_bytes_read_total of ${shortId}`, bytes - before.bytes)
    }
  }
}

interface Held {
  readonly sink: string
  readonly shortId: string
  readonly records: number
  readonly bytes: number
}

function heldBy(deliveries: readonly Delivery[]): Map<string, Held> {
  return new Map(
    deliveries.map(({ sink, container: { id }, check: { records, held: bytes } }) => [
      `${sink} ${id}`,
      { sink, shortId: id.slice(0, 12), records, bytes },
    ]),
  )
}

function assertEqual(series: ReadonlyMap<string, number>, name: string, expected: number): void {
  const told = series.get(name) ?? 0
  if (told !== expected)
    throw new Error(`I13 does not hold: ${name} is ${told}, and the world saw ${expected}`)
}

/** By name, with the container if there is one. */
function parseMetrics(text: string): Map<string, number> {
  const series = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    if (name === undefined) continue
    const container = /container_id="(\w+)"/.exec(labels)?.[1]
    const key = container === undefined ? name : `${name} of ${container}`
    series.set(key, (series.get(key) ?? 0) + Number(value))
  }
  return series
}
