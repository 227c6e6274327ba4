import type { Host } from '../world/host.ts'
import type { SeededRandom } from '../world/seeded-random.ts'
import { LINES, type SinkFormat } from './sink-format.ts'
import { SinkRecord } from './sink-record.ts'

export interface SinkStoreOptions {
  /** How requests are read and answered. Default {@link LINES}. */
  readonly format?: SinkFormat
  /** Told of the entries of every batch when they are stored; then nothing is kept in the record. For long runs. */
  readonly onStored?: (entries: readonly Uint8Array[]) => void
}

/** What a sink stores, and where it looks for the time. */
export class SinkStore {
  readonly format: SinkFormat
  readonly record: SinkRecord = new SinkRecord()
  readonly #host: Host
  readonly #random: SeededRandom
  readonly #onStored: SinkStoreOptions['onStored']

  constructor(host: Host, { format = LINES, onStored }: SinkStoreOptions) {
    this.format = format
    this.#host = host
    this.#random = host.random.fork('sink store')
    this.#onStored = onStored
  }

  /** Wall time, milliseconds since the epoch. */
  get now(): number {
    return this.#host.clock.wallTime()
  }

  noteRequest(path: string, fault: SinkRecord['requests'][number]['fault']): void {
    if (this.#onStored === undefined) this.record.requests.push({ atMs: this.now, path, fault })
  }

  /** Stores entries as one batch. */
  store(path: string, entries: readonly Uint8Array[]): void {
    if (this.#onStored === undefined) this.record.store(this.now, path, entries)
    else this.#onStored(entries)
  }

  /** So many of the places from 0 up to `below`, drawn from the seed, in their order. */
  drawPlaces(count: number, below: number): number[] {
    const places = Array.from({ length: below }, (_, place) => ({ place, rank: this.#random.next() }))
    const drawn = places.toSorted((a, b) => a.rank - b.rank).slice(0, count)
    return drawn.map(({ place }) => place).toSorted((a, b) => a - b)
  }
}
