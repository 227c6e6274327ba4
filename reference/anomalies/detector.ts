import type { Block, Source } from '../dispatch/block.ts'
import { Allowance } from './allowance.ts'
import type { Finding, WatchedSource } from './anomaly.ts'
import type { Aspect } from './anomaly-list.ts'
import type { MixFinding } from './content/content-model.ts'
import { LINE_BYTES_MAX, LINE_COST, SampleBuffer } from './sample-buffer.ts'
import type { SourceModel } from './model/source-model.ts'
import type { PacedVerdict } from './rates/source-rate.ts'
import { SourceModels } from './model/source-models.ts'
import { restoreSource, type StoredSource } from './model/stored-source.ts'
import { templateText, type Template } from './content/template.ts'
import { Tokens } from './content/tokens.ts'

/** Settings of the detector: see the section `anomaly` of the configuration. */
export interface DetectorSettings {
  readonly windowMs: number
  readonly trainingIntervalMs: number
  readonly threshold: number
  readonly templatesPerSource: number
  readonly bytesPerSecond: number
  readonly cpuPercent: number
  readonly memoryBytesMax: number
}

/** Why lines are not looked at: the allowance of bytes is used up, or that of the processor, so that there is no room; or their model had to go. */
export type SkipReason = 'bytes' | 'cpu' | 'memory'

/** Told of what happens. All of it is called at once, and must return soon. */
export interface DetectorEvents {
  readonly found: (finding: Finding, atMs: number) => void
  /** A window or an interval of the source was as usual, or it is gone. */
  readonly usual: (source: WatchedSource, aspect: Aspect) => void
  readonly mined: (lines: number) => void
  readonly skipped: (reason: SkipReason, lines: number) => void
  /** Lines that are too old for the windows that are not judged yet. */
  readonly late: (lines: number) => void
  readonly evicted: () => void
  readonly trained: () => void
}

/**
 * The detector without its clock: what it is told of blocks, and pieces of work that somebody runs when there is time.
 *
 *     block -> observe: counts lines, copies some within the allowance -> samples -> mine: templates -> new ones
 *                                  \-> windows -> judge: rates                  train: what was seen becomes what is usual, mixes
 *
 * `observe` is the only thing on the way of lines: it does a bounded amount of work, and keeps nothing of a block. All of the rest are generators that yield after each
 * small step, so that whoever runs them can pause.
 *
 * The same calls give the same findings: nothing is drawn, and no clock is asked.
 */
export class Detector {
  readonly models: SourceModels
  readonly allowance: Allowance
  readonly #settings: DetectorSettings
  readonly #bufferBytes: number
  readonly #events: DetectorEvents
  readonly #tokens = new Tokens()
  #filling: SampleBuffer<SourceModel>
  #draining: SampleBuffer<SourceModel>
  #blocks = 0
  /** The first window that is not judged yet; null before the first tick. */
  #nextWindow: number | null = null
  /** Since when nothing was wrong with reading, wall time. */
  #readingSinceMs = -Infinity
  #trainedMs: number | null = null

  constructor(settings: DetectorSettings, events: DetectorEvents) {
    this.#settings = settings
    this.#events = events
    this.allowance = new Allowance(settings)
    const { memoryBytesMax, templatesPerSource: templatesMax } = settings
    const wanted = Math.max(BUFFER_BYTES_MIN, settings.bytesPerSecond)
    this.#bufferBytes = Math.floor(Math.min(memoryBytesMax / BUFFER_PARTS, wanted))
    this.#filling = new SampleBuffer(this.#bufferBytes)
    this.#draining = new SampleBuffer(this.#bufferBytes)
    this.models = new SourceModels({
      ...settings,
      templatesMax,
      bytesMax: memoryBytesMax - 2 * this.#bufferBytes,
      onEvicted: (model) => {
        this.#isOver(model)
        events.evicted()
      },
    })
  }

  /** Memory, at most. */
  get bytes(): number {
    return this.models.bytes + 2 * this.#bufferBytes
  }

  /** Takes note of a block that the delivery has taken. */
  observe(block: Block, nowMs: number): void {
    const lines = block.ends.length
    if (lines === 0) return
    const model = this.models.of(block.source)
    model.lastBlock = this.#blocks += 1
    model.presentSinceMs ??= nowMs
    this.#count(model, block, nowMs)
    this.#sample(model, block, lines)
  }

  /** The source is gone: that it writes nothing is no news. What was learnt of it is kept for the next one of its name. */
  gone(source: Pick<Source, 'kind' | 'name' | 'id'>): void {
    const model = this.models.find(source)
    if (model === undefined || model.source.id !== source.id) return
    model.presentSinceMs = null
    this.#isOver(model)
  }

  /** What was learnt before. @throws Error saying what is wrong with it */
  restore(stored: StoredSource): void {
    const model = this.models.made(stored)
    restoreSource(stored, model)
    this.models.add(model)
  }

  /** Looks at the lines that wait. */
  *mine(nowMs: number): Generator<void> {
    for (;;) {
      const sample = this.#next()
      if (sample === undefined) return
      this.#mine(sample.owner, sample.line, nowMs)
      yield
    }
  }

  /**
   * Judges the windows that are over, and have been for as long as one takes: lines come late.
   * @param reading false where something is wrong with reading, so that few lines mean nothing
   */
  *judge(nowMs: number, reading: boolean): Generator<void> {
    const { windowMs } = this.#settings
    const current = Math.floor(nowMs / windowMs)
    if (!reading) this.#readingSinceMs = nowMs
    this.#followClock(current, nowMs)
    while (this.#nextWindow! + 1 < current) {
      const window = this.#nextWindow!
      this.#nextWindow = window + 1
      for (const model of this.models) {
        this.#judge(model, window, nowMs)
        yield
      }
    }
  }

  /** Once an interval is over, makes what was seen in it part of what is usual. */
  *train(nowMs: number): Generator<void> {
    this.#trainedMs ??= nowMs
    const passedMs = nowMs - this.#trainedMs
    if (passedMs >= 0 && passedMs < this.#settings.trainingIntervalMs) return
    this.#trainedMs = nowMs
    // A clock that was put back begins an interval anew.
    if (passedMs < 0) return
    for (const model of this.models) {
      model.rate.train()
      const finding = model.content.train()
      if (finding === null) this.#events.usual(model.source, 'mix')
      else if (finding !== undefined) this.#events.found(mixFinding(model, finding), nowMs)
      yield
    }
    this.#events.trained()
  }

  #count(model: SourceModel, { times, ends: { length } }: Block, nowMs: number): void {
    const { windowMs } = this.#settings
    const current = Math.floor(nowMs / windowMs)
    const windowOf = (index: number): number => Math.floor(Number(times[index]!) / 1e6 / windowMs)
    const oldest = Math.max(this.#nextWindow ?? 0, current - 1)
    // Stamps go up, nearly: lines of two streams may be a little out of order.
    const fresh = windowOf(0) >= oldest ? 0 : firstFrom(length, (index) => windowOf(index) >= oldest)
    if (fresh > 0) this.#events.late(fresh)
    if (fresh === length) return
    const newest =
      windowOf(fresh) >= current ? fresh : firstFrom(length, (index) => windowOf(index) >= current)
    if (newest > fresh) model.counts.add(current - 1, newest - fresh)
    if (length > newest) model.counts.add(current, length - newest)
  }

  #sample(model: SourceModel, { bytes, ends }: Block, lines: number): void {
    const allowed = this.allowance.bytesFor(model)
    const room = Math.min(allowed, this.#filling.bytesLeft)
    const wanted = bytes.byteLength + lines * LINE_COST
    // Of a block that is too much, lines from all over it.
    const stride = room <= 0 ? Infinity : Math.max(1, Math.ceil(wanted / room))
    let taken = 0
    let spent = 0
    for (let index = 0; index < lines; index += stride) {
      const from = index === 0 ? 0 : ends[index - 1]!
      const to = ends[index]! - 1
      if (spent + Math.min(to - from, LINE_BYTES_MAX) + LINE_COST > room) break
      spent += this.#filling.add(model, bytes, from, to)
      taken += 1
    }
    this.allowance.takeBytes(model, spent)
    if (taken < lines) this.#events.skipped(room < allowed ? 'cpu' : 'bytes', lines - taken)
  }

  #next(): { readonly owner: SourceModel; readonly line: Uint8Array } | undefined {
    if (this.#draining.isEmpty) {
      const drained = this.#draining
      drained.clear()
      this.#draining = this.#filling
      this.#filling = drained
    }
    return this.#draining.take()
  }

  #mine(model: SourceModel, line: Uint8Array, nowMs: number): void {
    if (!model.isKept) {
      this.#events.skipped('memory', 1)
      return
    }
    this.#tokens.read(line)
    const before = model.content.bytes
    const template = model.content.mine(this.#tokens, line)
    if (model.content.bytes !== before) this.models.resized(model)
    this.#events.mined(1)
    if (template !== null) this.#events.found(newTemplate(model, template), nowMs)
  }

  #judge(model: SourceModel, window: number, nowMs: number): void {
    const { threshold, windowMs } = this.#settings
    const startMs = window * windowMs
    if (model.presentSinceMs === null || model.presentSinceMs > startMs) return
    // Otherwise lines may be there that are not read yet.
    const isSure = startMs > this.#readingSinceMs
    model.rate.take(startMs, model.counts.of(window), isSure).forEach((verdict, pace) => {
      const isUnusual = verdict !== null && Math.abs(verdict.score) >= threshold
      model.unusual[pace] = isUnusual
      if (isUnusual) this.#events.found(rateFinding(model, verdict), nowMs)
    })
    if (!model.unusual.includes(true)) this.#events.usual(model.source, 'rate')
  }

  #isOver({ source, unusual }: SourceModel): void {
    unusual.fill(false)
    this.#events.usual(source, 'rate')
    this.#events.usual(source, 'mix')
  }

  /** A clock that was set, or a process that stood still, leaves windows of which too little is known. */
  #followClock(current: number, nowMs: number): void {
    const next = this.#nextWindow
    if (next !== null && next <= current && current - next <= WINDOWS_OPEN_MAX) return
    if (next !== null)
      for (const model of this.models) if (model.presentSinceMs !== null) model.presentSinceMs = nowMs
    this.#nextWindow = current
  }
}

/** The first index from which on it is so, or the length. */
function firstFrom(length: number, isSo: (index: number) => boolean): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isSo(middle)) high = middle
    else low = middle + 1
  }
  return low
}

function rateFinding({ source }: SourceModel, verdict: PacedVerdict): Finding {
  const { score, expected, lines: observed, windowMs } = verdict
  const kind = score > 0 ? 'rate_high' : 'rate_low'
  return { kind, source, score, windowMs, observed, expected, templates: [] }
}

function newTemplate({ source }: SourceModel, template: Template): Finding {
  const templates = [{ template: templateText(template), share: 0, usualShare: 0 }]
  return { kind: 'new_template', source, score: 0, ...NO_RATE, templates }
}

function mixFinding({ source }: SourceModel, { score, changes }: MixFinding): Finding {
  const templates = changes.map(({ template, share, usualShare }) => ({
    template: templateText(template),
    share,
    usualShare,
  }))
  return { kind: 'mix_shift', source, score, ...NO_RATE, templates }
}

const NO_RATE = { windowMs: null, observed: null, expected: null } as const
/** Each of the two buffers takes at most so much of the memory. */
const BUFFER_PARTS = 8
const BUFFER_BYTES_MIN = 65_536
/** Windows that lines are counted for: the current one, and those before it that are not judged yet. */
const WINDOWS_OPEN_MAX = 3
