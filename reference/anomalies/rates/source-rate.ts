import { RATE_MODEL_BYTES, RateModel, type RateVerdict, type StoredRate } from './rate-model.ts'

/** What is kept of it on disk. */
export interface StoredSourceRate {
  readonly single: StoredRate
  readonly spans: StoredRate
  /** Beginning, lines and windows of the span that is going on; empty without one. */
  readonly open: Float64Array
}

/** A verdict on one window, or on a span of them. */
export interface PacedVerdict extends RateVerdict {
  readonly lines: number
  readonly windowMs: number
}

interface Span {
  readonly startMs: number
  lines: number
  windows: number
  isSure: boolean
}

/**
 * How many lines a source writes, at two paces: in each window, which is quick to tell a great change, and in spans of five windows, which tell a smaller one, and the
 * silence of a source that writes little.
 */
export class SourceRate {
  readonly single: RateModel
  readonly spans: RateModel
  readonly #windowMs: number
  #span: Span | null = null

  constructor(windowMs: number) {
    this.#windowMs = windowMs
    this.single = new RateModel(windowMs, WINDOWS_APART)
    this.spans = new RateModel(windowMs * SPAN, SPANS_APART)
  }

  /**
   * A window is over: it is judged, and noted for the next training. Windows come in their order.
   * @param isSure false where lines of it may not be read yet: then few mean nothing, and are not learnt
   * @returns the verdict on the window, and on a span where it was the last of one; null where too little is known
   */
  take(startMs: number, lines: number, isSure: boolean): (PacedVerdict | null)[] {
    const verdicts = [taken(this.single, { startMs, lines, isSure, windowMs: this.#windowMs })]
    const span = this.#extended(startMs, lines, isSure)
    if (span.windows < SPAN) return verdicts
    this.#span = null
    return [...verdicts, taken(this.spans, { ...span, windowMs: this.#windowMs * SPAN })]
  }

  train(): void {
    this.single.train()
    this.spans.train()
  }

  /** Whether the time of day is taken into account. */
  get knowsDay(): boolean {
    return this.single.knowsDay && this.spans.knowsDay
  }

  stored(): StoredSourceRate {
    const open = this.#span?.isSure === true ? [this.#span.startMs, this.#span.lines, this.#span.windows] : []
    return { single: this.single.stored(), spans: this.spans.stored(), open: Float64Array.from(open) }
  }

  /** @throws RangeError when it is of another window */
  restore({ single, spans, open }: StoredSourceRate): void {
    this.single.restore(single)
    this.spans.restore(spans)
    const [startMs, lines, windows] = open
    if (windows !== undefined) this.#span = { startMs: startMs!, lines: lines!, windows, isSure: true }
  }

  /** A span begins at a multiple of its length; what is left of one that was interrupted does not count. */
  #extended(startMs: number, lines: number, isSure: boolean): Span {
    const spanStartMs = startMs - (startMs % (this.#windowMs * SPAN))
    const place = (startMs - spanStartMs) / this.#windowMs
    const isNext = this.#span?.startMs === spanStartMs && this.#span.windows === place
    if (!isNext || this.#span === null)
      this.#span = { startMs: spanStartMs, lines: 0, windows: place, isSure: place === 0 }
    this.#span.lines += lines
    this.#span.windows += 1
    this.#span.isSure &&= isSure
    return this.#span
  }
}

interface Taken {
  readonly startMs: number
  readonly lines: number
  readonly windowMs: number
  readonly isSure: boolean
}

function taken(model: RateModel, { startMs, lines, windowMs, isSure }: Taken): PacedVerdict | null {
  const verdict = model.judge(startMs, lines)
  if (!isSure && (verdict === null || lines < verdict.expected)) return null
  model.note(startMs, lines)
  return verdict === null ? null : { ...verdict, lines, windowMs }
}

const SPAN = 5
/** The highest and the lowest of 120: a peak that came twice in two hours is usual. */
const WINDOWS_APART = 0.01
/** Six of 120: what lasted for less than half an hour of ten hours is not usual. */
const SPANS_APART = 0.05

/** Memory of one, bytes, at most. */
export const SOURCE_RATE_BYTES: number = 2 * RATE_MODEL_BYTES
