import type { Health } from '../http/health.ts'
import type { Block, Source } from './block.ts'

/**
 * A place records go to. Its pipeline writes one batch of a source at a time, in the source's order, and writes again what was not stored;
 * batches without a source in common may be written at the same time, `limits.inFlight` of them.
 */
export interface Sink {
  /** Names the sink in positions, metrics and logs. */
  readonly name: string
  readonly limits: SinkLimits
  /** Takes a batch and answers what became of it. It need not throw: what it throws is taken for `again`. */
  write(batch: SinkBatch, options: { signal: AbortSignal }): Promise<WriteAnswer>
  /** Resolves when everything that was stored before the call would survive a power cut. */
  sync(options: { signal: AbortSignal }): Promise<void>
  /** Everything of the source is stored, and no more of it is expected: give back what is held for it. More may come all the same. */
  forget(source: Source): Promise<void>
  /** Gives everything back. Closes what it can even if one close fails, then rejects. A later write opens anew. */
  close(): Promise<void>
  /** Opens its outputs anew, because somebody moved them away. */
  reopen?(): Promise<void>
  /** What of it is not as it should be, beside what its pipeline sees. */
  checks?(): Health['checks']
}

export interface SinkLimits {
  /** Of one batch: bytes of records. A single record may be longer. */
  readonly batchBytes: number
  readonly batchRecords: number
  readonly sourcesPerBatch: number
  /** Writes under way at the same time. */
  readonly inFlight: number
  /**
   * After this long without an answer a write is cancelled and repeated, milliseconds. `null` where a write can neither be cancelled nor repeated:
   * then it is waited for. A sink with a deadline is one that may be away for long; it is given a spool.
   */
  readonly writeDeadlineMs: number | null
  /** Whether records that are written again, because the answer was lost, are recognised by the sink. */
  readonly repeatIsHarmless: boolean
}

export interface SinkBatch {
  readonly parts: readonly SinkPart[]
  readonly records: number
  /** Of records. */
  readonly bytes: number
}

/** Consecutive blocks of one source. The first record is the first that this sink has not stored; every block has a record. */
export interface SinkPart {
  readonly source: Source
  readonly blocks: readonly Block[]
  /** What the sink answered when it last stored something of the source, also in an earlier run; undefined for the first. */
  readonly mark: SinkMark | undefined
}

/** The sink's own bookkeeping for a source (JSON), kept with the positions. */
export type SinkMark = Readonly<Record<string, string | number>>

export type WriteAnswer =
  /** All of it. One mark for each part. */
  | { readonly kind: 'stored'; readonly marks: readonly (SinkMark | undefined)[] }
  /** Nothing of it, or nobody knows: the records come again, not earlier than after `afterMs`, milliseconds, where that is given. */
  | { readonly kind: 'again'; readonly why: string; readonly afterMs?: number }
  /** Nothing of it: too large. The records come again in smaller batches; a single record that is too large is refused. */
  | { readonly kind: 'smaller'; readonly why: string }
  /** All but some records, which will never be taken. */
  | {
      readonly kind: 'partly'
      readonly marks: readonly (SinkMark | undefined)[]
      readonly refused: readonly RefusedRecord[]
    }
  /** Nothing of it, and nothing else either, until somebody puts something right, such as a password. */
  | { readonly kind: 'refused'; readonly why: string }

export interface RefusedRecord {
  /** Index into the parts of the batch. */
  readonly part: number
  /** Index into the records of the part, counted over its blocks. */
  readonly record: number
  /** A short phrase. */
  readonly why: string
}
