import type { ScheduledEvent } from '../../world/event-queue.ts'
import type { SeededRandom } from '../../world/seeded-random.ts'
import type { LateWriter } from '../log/container-log.ts'
import type { Host } from '../../world/host.ts'

/** Shape of the lines a workload writes. */
export interface LineShape {
  /** Which stream lines go to; `both` draws one for each line. Default `stdout`. */
  readonly stream?: 'stdout' | 'stderr' | 'both'
  /** Length of a line with its newline, bytes, drawn between the two. Lines are never shorter than their number needs. Default 40 to 120. */
  readonly lineBytes?: { readonly min: number; readonly max: number }
  /** The second half of a line is written with the next numbered line, or when the process ends: until then the line is open. Default false. */
  readonly endsLate?: boolean
}

/**
 * What the process in a container does. Every line is `<container> <number> <filler>`, numbered from 1 over all restarts.
 * - `silent`: writes nothing
 * - `chatty`: a line every `everyMs`, give or take the fraction `jitter` (0 to 1, default 0)
 * - `bursty`: `lines` lines at once, every `everyMs`, give or take `jitter`
 */
export type Behaviour =
  | { readonly kind: 'silent' }
  | ({ readonly kind: 'chatty'; readonly everyMs: number; readonly jitter?: number } & LineShape)
  | ({
      readonly kind: 'bursty'
      readonly everyMs: number
      readonly lines: number
      readonly jitter?: number
    } & LineShape)

export interface WorkloadOptions {
  readonly behaviour: Behaviour
  /** The container's: decides when lines come. */
  readonly random: SeededRandom
  /** Of the events of lines, for the trace. */
  readonly label: string
  /** Writes a line as of `atMs` of the monotonic clock, which is not to come. */
  readonly writeLine: (atMs: number, shape: LineShape) => void
  /** Has {@link Workload.writeDue} called. */
  readonly onDue: () => void
}

/**
 * Runs a behaviour in a container, until it is stopped. In virtual time its lines are no events: when they come is a matter of the seed alone, so
 * they are written when somebody looks, as of the moment they were due. While somebody wants to be told of each line at its time there is a
 * background event for it. In real time there always is, and lines come with it only: each look at the clock finds a later time there, so who looks
 * twice while it writes a line would otherwise find another line in between.
 */
export class Workload implements LateWriter {
  readonly #host: Host
  readonly #options: WorkloadOptions
  readonly #isLate: boolean
  #dueMs: number
  #isPunctual: boolean
  #alarm: ScheduledEvent | null = null
  #isRinging = false

  /** The first lines come at a random point of the first period, so that containers do not write in step. */
  constructor(host: Host, options: WorkloadOptions) {
    const { behaviour, random } = options
    this.#host = host
    this.#options = options
    this.#isLate = host.clock.wallTimeAt !== null
    this.#isPunctual = !this.#isLate
    this.#dueMs =
      behaviour.kind === 'silent' ? Infinity : host.clock.monotonic() + random.next() * behaviour.everyMs
    this.#setAlarm()
  }

  get dueMs(): number {
    return this.#dueMs
  }

  get isDue(): boolean {
    return (this.#isLate || this.#isRinging) && this.#dueMs <= this.#host.clock.monotonic()
  }

  writeDue(): void {
    const nowMs = this.#host.clock.monotonic()
    while (this.#dueMs <= nowMs) this.#tick(this.#isLate ? this.#dueMs : nowMs)
  }

  bePunctual(isPunctual: boolean): void {
    const mustBe = isPunctual || !this.#isLate
    if (mustBe === this.#isPunctual) return
    this.#isPunctual = mustBe
    this.#setAlarm()
  }

  /** Nothing is written any more, nor what was due. */
  stop(): void {
    this.#dueMs = Infinity
    this.#setAlarm()
  }

  #tick(atMs: number): void {
    const { behaviour, random, writeLine } = this.#options
    if (behaviour.kind === 'silent') return
    const swing = (behaviour.jitter ?? 0) * (2 * random.next() - 1)
    this.#dueMs = atMs + Math.max(PERIOD_MS_MIN, behaviour.everyMs * (1 + swing))
    const lines = behaviour.kind === 'bursty' ? behaviour.lines : 1
    for (let line = 0; line < lines; line++) writeLine(atMs, behaviour)
  }

  #setAlarm(): void {
    this.#alarm?.cancel()
    this.#alarm = null
    if (!this.#isPunctual || this.#dueMs === Infinity) return
    const delayMs = Math.max(0, this.#dueMs - this.#host.clock.monotonic())
    this.#alarm = this.#host.schedule(delayMs, this.#options.label, this.#ring, BACKGROUND)
  }

  readonly #ring = (): void => {
    this.#alarm = null
    this.#isRinging = true
    this.#options.onDue()
    this.#isRinging = false
    this.#setAlarm()
  }
}

/** A period of nothing would be written for ever within one moment. */
const PERIOD_MS_MIN = 0.001
const BACKGROUND = { background: true }
