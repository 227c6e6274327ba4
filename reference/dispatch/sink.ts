import type { HealthCheck } from '../http/health.ts'
import type { Block, Source } from './block.ts'

/**
 * A place records go to. `write` gets the records of a source in order, and the same batch again unless it was stored: at most one write per source
 * is under way. A sink answers, it does not throw; a write that rejects is treated as `again`.
 */
export interface Sink {
  /** Names the sink in positions, metrics and logs. */
  readonly name: string
  readonly limits: SinkLimits
  /**
   * Takes a batch: for each part consecutive blocks of one source, the first record being the first this sink has not stored. The blocks stay
   * as they are until the answer. Rejects with `signal.reason` on abort.
   */
  write(batch: SinkBatch, options: { signal: AbortSignal }): Promise<WriteAnswer>
  /**
   * Makes everything that was stored before the call survive a power cut; to be called before positions are saved. Ends although more is being
   * written, and although a file hangs. Rejects with `signal.reason` on abort, and for no other reason.
   * @returns the sources of which that cannot be said, by id, each with a sentence that says why: their positions and marks must stay as they were last
   * saved. Empty when all is well.
   */
  sync(options: { signal: AbortSignal }): Promise<NotDurable>
  /** Positions and marks were saved: all those that a sync which ended before the save before this one made durable are on disk. */
  saved?(): void
  /** The source is gone for good and everything of it is stored: gives back what is held for it. */
  forget(source: Source): Promise<void>
  /** Gives everything back. Closes what it can even if one close fails, then rejects. */
  close(): Promise<void>
  /** Closes what it writes to and opens it again by its name: what SIGHUP asks for. */
  reopen?(): Promise<void>
  /** What is wrong with it now, as parts of `/health`. */
  checks?(): Readonly<Record<string, HealthCheck>>
}

export interface SinkLimits {
  /** Bounds on one batch. A single block may be larger. */
  readonly batchBytes: number
  readonly batchRecords: number
  readonly sourcesPerBatch: number
  /** How long the first record of a batch waits for others, milliseconds: not longer than it takes to fill one, and not during a stop. Default 0. */
  readonly batchDelayMs?: number
  /** Writes under way at the same time. */
  readonly inFlight: number
  /** A write that takes longer may be given up and repeated. Null: it can neither be cancelled nor repeated, so it is waited for. */
  readonly writeDeadlineMs: number | null
  /** Whether a batch that was stored may be written again without its records being there twice. */
  readonly repeatIsHarmless: boolean
}

export interface SinkBatch {
  readonly parts: readonly SinkBatchPart[]
  readonly records: number
  readonly bytes: number
}

export interface SinkBatchPart {
  readonly source: Source
  readonly blocks: readonly Block[]
  /** What the last stored write of this source answered, also across restarts; undefined for the first. */
  readonly mark: SinkMark | undefined
  /**
   * They are dead letters that the sink is given again, under the ids they had: records from before those that it stored last, with no mark, and what is
   * answered as mark is not kept.
   */
  readonly redelivered?: boolean
}

export type WriteAnswer =
  /** The sink holds all of it. One mark per part. */
  | { readonly kind: 'stored'; readonly marks: readonly (SinkMark | undefined)[] }
  /**
   * Not now: the same batch again after a while, at the earliest after `afterMs`. `why` is a sentence for people. `of` says what could not be written: this
   * batch (the default: others go on), or anything, because the sink is away or asks for a pause: then one write at a time is the probe.
   */
  | {
      readonly kind: 'again'
      readonly why: string
      readonly afterMs?: number
      readonly of?: 'batch' | 'sink'
    }
  /** Too large: the same records in smaller batches. */
  | { readonly kind: 'smaller'; readonly why: string }
  /** The sink holds all of it but these records, which it will never take: they go to the dead letters. */
  | {
      readonly kind: 'partly'
      readonly marks: readonly (SinkMark | undefined)[]
      readonly refused: readonly RefusedRecord[]
    }
  /** The sink takes nothing until something is put right. */
  | { readonly kind: 'refused'; readonly why: string }

export interface RefusedRecord {
  /** Index of the part in the batch. */
  readonly part: number
  /** Index of the record in the part, over its blocks. */
  readonly record: number
  readonly why: string
}

/** The sink's own bookkeeping for a source (JSON), kept with the position. */
export type SinkMark = Readonly<Record<string, string | number>>

/** Source ids, each with a sentence that says why what was stored of it may not survive a power cut. */
export type NotDurable = ReadonlyMap<string, string>
