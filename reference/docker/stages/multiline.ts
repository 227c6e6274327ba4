import { STAMP_BYTES } from '../reading/parsing/stamp.ts'
import { StampReader } from '../reading/parsing/stamp-reader.ts'
import { OpenRecord, type JoinedLines } from './joined-lines.ts'
import type { MultilineRule } from './multiline-rule.ts'
import type { RecordOutput } from './record-output.ts'

/** Why a record was completed other than by a line that begins the next one. */
export type MultilineEnd =
  /** Nothing came for as long as the time-out, and the record was given out before anybody could know what comes next. */
  | 'silence'
  /** More lines or bytes would have been too many. */
  | 'limit'

/**
 * Joins lines to records, each stream by itself. A record is given out when it is complete, so records are in the order in which they were completed.
 *
 *     line -- goes on with the open record of its stream, not later than the time-out, within the limits --> added
 *          \- otherwise ------------------------------------------> the open record is complete, the line begins one
 *
 * Whether a line comes in time is told by the stamps, so what is joined depends on the stored log alone, however late and in whatever pieces it is read. Only what
 * is given out because of silence is decided by the time of day; {@link sealQuiet} decides it, and {@link release} gives it out.
 */
export class Multiline implements RecordOutput {
  readonly #rule: MultilineRule
  readonly #output: RecordOutput
  readonly #onEnd: (why: MultilineEnd) => void
  /** By stream. */
  readonly #open = new Map<number, OpenRecord>()
  readonly #stamps = new StampReader()

  constructor(
    rule: MultilineRule,
    output: RecordOutput,
    onEnd: (why: MultilineEnd) => void,
    restored: readonly JoinedLines[] = [],
  ) {
    this.#rule = rule
    this.#output = output
    this.#onEnd = onEnd
    for (const joined of restored) this.#open.set(joined.stream, new OpenRecord(joined))
  }

  /** The open records; immutable. */
  get state(): readonly JoinedLines[] {
    return this.#open.size === 0 ? NONE : Array.from(this.#open.values(), ({ state }) => state)
  }

  /** When {@link sealQuiet} would find something if nothing comes until then; null when it would not. */
  get dueMs(): number | null {
    let sinceMs: number | null = null
    for (const { quietSinceMs } of this.#open.values())
      if (quietSinceMs !== null) sinceMs = Math.min(sinceMs ?? Infinity, quietSinceMs)
    return sinceMs === null ? null : sinceMs + this.#rule.timeoutMs
  }

  push(
    stream: number,
    stamps: Uint8Array,
    stampStart: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const writtenUs = this.#stamps.microseconds(stamps, stampStart)
    this.#completeOverdue(writtenUs)
    const open = this.#open.get(stream)
    if (open !== undefined && this.#rule.continues(bytes, start, end) && this.#hasRoom(open, end - start)) {
      open.add(bytes, start, end, writtenUs)
      return
    }
    if (open !== undefined) this.#complete(open)
    const stamp = stamps.slice(stampStart, stampStart + STAMP_BYTES)
    const begun = { stream, stamp, bytes: EMPTY, lines: 0, lastUs: writtenUs, sealed: false }
    const record = new OpenRecord(begun)
    record.add(bytes, start, end, writtenUs)
    this.#open.set(stream, record)
  }

  /**
   * Decides that records to which nothing came for the time-out are complete. They stay until {@link release}.
   * @param isUnfinished whether a line of the stream has begun to come
   * @returns whether there are any
   */
  sealQuiet(nowMs: number, isUnfinished: (stream: number) => boolean): boolean {
    let sealed = false
    for (const record of this.#open.values()) {
      record.quietSinceMs = isUnfinished(record.stream) ? null : (record.quietSinceMs ?? nowMs)
      if (record.quietSinceMs === null || nowMs < record.quietSinceMs + this.#rule.timeoutMs) continue
      record.seal()
      this.#onEnd('silence')
      sealed = true
    }
    return sealed
  }

  /** Silence counts from the next look on: something may have been stored meanwhile that is not read yet. */
  forgetQuiet(): void {
    for (const record of this.#open.values()) record.quietSinceMs = null
  }

  /** Decides that all records are complete. @returns whether there are any */
  sealAll(): boolean {
    for (const record of this.#open.values()) record.seal()
    return this.#open.size > 0
  }

  /** Gives out what was decided to be complete. */
  release(): void {
    this.#completeThose(({ sealed }) => sealed)
  }

  #hasRoom(open: OpenRecord, bytes: number): boolean {
    const fits = open.lines < this.#rule.maxLines && open.length + 1 + bytes <= this.#rule.maxBytes
    if (!fits) this.#onEnd('limit')
    return fits
  }

  #completeOverdue(writtenUs: number): void {
    const timeoutUs = this.#rule.timeoutMs * 1000
    this.#completeThose(({ lastUs }) => writtenUs - lastUs > timeoutUs)
  }

  /** In the order in which their time is up. */
  #completeThose(isComplete: (record: OpenRecord) => boolean): void {
    if (this.#open.size === 0) return
    const complete = Array.from(this.#open.values()).filter(isComplete)
    for (const record of complete.toSorted((a, b) => a.lastUs - b.lastUs)) this.#complete(record)
  }

  #complete(record: OpenRecord): void {
    this.#open.delete(record.stream)
    pushJoined(this.#output, record.state)
  }
}

/** Gives a record out as it is. */
export function pushJoined(output: RecordOutput, { stream, stamp, bytes }: JoinedLines): void {
  output.push(stream, stamp, 0, bytes, 0, bytes.length)
}

const NONE: readonly JoinedLines[] = []
const EMPTY = new Uint8Array(0)
