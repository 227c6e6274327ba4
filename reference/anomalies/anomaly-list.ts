import type { Anomaly, AnomalyKind, Finding, WatchedSource } from './anomaly.ts'
import { keyOf } from './model/source-model.ts'

/** What may be usual again: how many lines come, or their mix. */
export type Aspect = 'rate' | 'mix'

interface Entry {
  readonly finding: Finding
  readonly firstMs: number
  readonly lastMs: number
  readonly count: number
  readonly ongoing: boolean
}

/** The last anomalies. One that lasts takes one place, and is one anomaly until its source is as usual again. */
export class AnomalyList {
  /** The one that was seen last is the last. */
  readonly #entries = new Map<number, Entry>()
  /** By source and kind, the number of what lasts; also of those that the list has no room for. */
  readonly #ongoing = new Map<string, number>()
  #numbers = 0

  /** @returns the anomaly, if it is not one that lasts */
  note(finding: Finding, atMs: number): Anomaly | null {
    const key = `${finding.kind} ${keyOf(finding.source)}`
    const lasting = this.#ongoing.get(key)
    const before = lasting === undefined ? undefined : this.#entries.get(lasting)
    const number = lasting ?? (this.#numbers += 1)
    const lasts = finding.kind !== 'new_template'
    if (lasts) this.#ongoing.set(key, number)
    const entry = {
      finding,
      firstMs: before?.firstMs ?? atMs,
      lastMs: atMs,
      count: (before?.count ?? 0) + 1,
      ongoing: lasts,
    }
    this.#put(number, entry)
    return lasting === undefined ? anomalyOf(entry) : null
  }

  /** The source is as usual. @returns what is over with that */
  over(source: WatchedSource, aspect: Aspect): Finding['kind'][] {
    return KINDS_OF[aspect].filter((kind) => {
      const key = `${kind} ${keyOf(source)}`
      const number = this.#ongoing.get(key)
      if (number === undefined) return false
      this.#ongoing.delete(key)
      const entry = this.#entries.get(number)
      if (entry !== undefined) this.#entries.set(number, { ...entry, ongoing: false })
      return true
    })
  }

  /** How many of the kind last. */
  ongoing(kind: AnomalyKind): number {
    let count = 0
    for (const key of this.#ongoing.keys()) if (key.startsWith(`${kind} `)) count += 1
    return count
  }

  /** The latest first. */
  list(): Anomaly[] {
    return [...this.#entries.values()].toReversed().map(anomalyOf)
  }

  #put(number: number, entry: Entry): void {
    this.#entries.delete(number)
    this.#entries.set(number, entry)
    if (this.#entries.size <= ANOMALIES_MAX) return
    const [oldest] = this.#entries.keys()
    this.#entries.delete(oldest!)
  }
}

function anomalyOf({ finding, firstMs, lastMs, count, ongoing }: Entry): Anomaly {
  const [firstAt, lastAt] = [new Date(firstMs).toISOString(), new Date(lastMs).toISOString()]
  return { ...finding, firstAt, lastAt, count, ongoing }
}

const KINDS_OF: Readonly<Record<Aspect, readonly AnomalyKind[]>> = {
  rate: ['rate_high', 'rate_low'],
  mix: ['mix_shift'],
}

export const ANOMALIES_MAX = 200
