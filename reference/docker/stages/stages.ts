import type { JoinedLines } from './joined-lines.ts'
import { filtered, type LineFilter } from './line-filter.ts'
import { Multiline, pushJoined, type MultilineEnd } from './multiline.ts'
import type { MultilineRule } from './multiline-rule.ts'
import { rateDigest, RateLimit, type Bucket, type Rate } from './rate-limit.ts'
import type { RecordOutput } from './record-output.ts'

/** What is done with whole lines before they are records with a number; null for what is not done. */
export interface StageSettings {
  readonly multiline: MultilineRule | null
  readonly filter: LineFilter | null
  readonly rate: Rate | null
}

export const NO_STAGES: StageSettings = { multiline: null, filter: null, rate: null }

/** Digests of the settings: ordinals mean nothing under other ones. */
export interface StageDigests {
  readonly multiline: string | undefined
  readonly lineFilter: string | undefined
  readonly rateLimit: string | undefined
}

/** What the stages hold, for the position. Immutable. */
export interface StageState {
  readonly joined: readonly JoinedLines[]
  readonly bucket: Bucket | undefined
}

export interface StageNotes {
  readonly onFiltered: () => void
  readonly onDropped: () => void
  readonly onMultilineEnd: (why: MultilineEnd) => void
}

export function digestsOf({ multiline, filter, rate }: StageSettings): StageDigests {
  return {
    multiline: multiline?.digest,
    lineFilter: filter?.digest,
    rateLimit: rate === null ? undefined : rateDigest(rate),
  }
}

/**
 * The stages between the line assembler and the block:
 *
 *     lines -> multi-line -> filter -> rate limit -> records
 *
 * What they give is a function of what they were given, and of what {@link seal} decided.
 */
export class Stages {
  /** Where lines go in. */
  readonly input: RecordOutput
  readonly #multiline: Multiline | null
  readonly #rateLimit: RateLimit | null

  /** @param restored what they held; what no stage goes on with is given out at once */
  constructor(settings: StageSettings, output: RecordOutput, notes: StageNotes, restored?: StageState) {
    const { multiline, filter, rate } = settings
    const { onDropped, onFiltered, onMultilineEnd } = notes
    const { joined = [], bucket } = restored ?? {}
    this.#rateLimit = rate === null ? null : new RateLimit(rate, output, onDropped, bucket)
    const limited = this.#rateLimit ?? output
    const wanted = filter === null ? limited : filtered(filter, limited, onFiltered)
    this.#multiline = multiline === null ? null : new Multiline(multiline, wanted, onMultilineEnd, joined)
    this.input = this.#multiline ?? wanted
    if (this.#multiline === null) for (const each of joined) pushJoined(wanted, each)
    this.#multiline?.release()
  }

  get state(): StageState {
    return this.#multiline === null && this.#rateLimit === null
      ? NOTHING
      : { joined: this.#multiline?.state ?? [], bucket: this.#rateLimit?.state }
  }

  /** When {@link sealQuiet} would find something, monotonic milliseconds; null when it would not. */
  get dueMs(): number | null {
    return this.#multiline?.dueMs ?? null
  }

  /** See {@link Multiline.sealQuiet}. */
  sealQuiet(nowMs: number, isUnfinished: (stream: number) => boolean): boolean {
    return this.#multiline?.sealQuiet(nowMs, isUnfinished) ?? false
  }

  /** See {@link Multiline.forgetQuiet}. */
  forgetQuiet(): void {
    this.#multiline?.forgetQuiet()
  }

  /** Decides that nothing more belongs to anything that is held. @returns whether there is something */
  sealAll(): boolean {
    return this.#multiline?.sealAll() ?? false
  }

  /** Gives out what was decided to be complete. */
  release(): void {
    this.#multiline?.release()
  }
}

const NOTHING: StageState = { joined: [], bucket: undefined }
