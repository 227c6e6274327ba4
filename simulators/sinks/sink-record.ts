import { createHash } from 'node:crypto'
import type { SinkFaultKind } from './sink-fault.ts'

/** What a sink stored of one request. */
export interface SinkBatch {
  /** From 1, in the order of storing. */
  readonly number: number
  /** Wall time, milliseconds since the epoch. */
  readonly atMs: number
  /** Of the request, with the query. */
  readonly path: string
  readonly entries: readonly Uint8Array[]
  readonly count: number
  /** Of the entries. */
  readonly bytes: number
  /** Entries that equal, byte for byte, one that was stored before. */
  readonly repeated: number
}

/** A request that reached a sink, stored or not. */
export interface SinkRequest {
  /** When it came, wall time in milliseconds since the epoch. */
  readonly atMs: number
  readonly path: string
  /** What it met; null when all went well. */
  readonly fault: SinkFaultKind | null
}

/** Everything that came to a sink, for ever: a sink for long runs tells `onStored` and keeps nothing. */
export class SinkRecord {
  readonly requests: SinkRequest[] = []
  readonly batches: SinkBatch[] = []
  readonly #seen = new Set<string>()

  /** Entries of all batches. */
  get count(): number {
    return this.batches.reduce((sum, batch) => sum + batch.count, 0)
  }

  /** Entries of all batches that were stored before. */
  get repeated(): number {
    return this.batches.reduce((sum, batch) => sum + batch.repeated, 0)
  }

  /** For the sink. */
  store(atMs: number, path: string, entries: readonly Uint8Array[]): SinkBatch {
    const batch = {
      number: this.batches.length + 1,
      atMs,
      path,
      entries,
      count: entries.length,
      bytes: entries.reduce((sum, entry) => sum + entry.length, 0),
      repeated: entries.filter((entry) => this.#sawBefore(entry)).length,
    }
    this.batches.push(batch)
    return batch
  }

  #sawBefore(entry: Uint8Array): boolean {
    const digest = createHash('sha256').update(entry).digest('base64')
    if (this.#seen.has(digest)) return true
    this.#seen.add(digest)
    return false
  }
}
