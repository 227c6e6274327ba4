import type { Lane } from './lane.ts'
import type { SinkLimits } from '../sink.ts'

/**
 * Lanes that have something to be written, oldest first, and whether a batch of them is due: when they fill one, when the first record has waited for
 * company as long as the sink wants, and at once when a write was tried before or somebody is in a hurry.
 */
export class ReadyLanes implements Iterable<Lane> {
  readonly #limits: SinkLimits
  readonly #lanes = new Set<Lane>()
  #bytes = 0
  #records = 0
  /** Lanes that wait for nobody. */
  #urgent = 0
  /** Nothing waits for company until everything that is ready was taken. */
  hurried = false
  /** Nothing waits for company any more. */
  draining = false

  constructor(limits: SinkLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#lanes.size
  }

  [Symbol.iterator](): IterableIterator<Lane> {
    return this.#lanes.values()
  }

  add(lane: Lane): void {
    this.#lanes.add(lane)
    this.#count(lane, 1)
  }

  delete(lane: Lane): void {
    if (!this.#lanes.delete(lane)) return
    this.#count(lane, -1)
    if (this.#lanes.size === 0) this.hurried = false
  }

  /** A ready lane was given more. */
  grew(records: number, bytes: number): void {
    this.#records += records
    this.#bytes += bytes
  }

  /** When a batch is due, milliseconds of the monotonic clock: a time that is past for at once, `Infinity` when nothing is ready. */
  dueMs(): number {
    if (this.#lanes.size === 0) return Infinity
    const { batchDelayMs = 0 } = this.#limits
    if (batchDelayMs === 0 || this.hurried || this.draining || this.#urgent > 0 || this.isFull)
      return -Infinity
    let oldestMs = Infinity
    for (const lane of this.#lanes) oldestMs = Math.min(oldestMs, lane.sinceMs)
    return oldestMs + batchDelayMs
  }

  /** They fill a batch. */
  get isFull(): boolean {
    const { batchBytes, batchRecords, sourcesPerBatch } = this.#limits
    return this.#bytes >= batchBytes || this.#records >= batchRecords || this.#lanes.size >= sourcesPerBatch
  }

  #count(lane: Lane, sign: 1 | -1): void {
    this.#bytes += sign * lane.bytes
    this.#records += sign * lane.records
    if (lane.triedBefore) this.#urgent += sign
  }
}
