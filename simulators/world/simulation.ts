import { EventQueue, type OwnedEvent, type ScheduledEvent } from './event-queue.ts'
import { EventTrace, type TracedEvent } from './event-trace.ts'
import type { Host } from './host.ts'
import { ResourceLedger } from './resource-ledger.ts'
import { SeededRandom } from './seeded-random.ts'
import { stepSettled, turnRealEventLoop, type AfterStep } from './settle.ts'
import { VirtualClock } from './virtual-clock.ts'
import { noteMade } from './watched-simulations.ts'
import { DeadlockError, EventFailure, InvariantViolation, type WorldMoment } from './world-errors.ts'

export interface SimulationOptions {
  /** Decides every latency, every tie and every id: the same seed gives the same run, bit for bit. A safe integer. */
  readonly seed: number
  /** Wall time at the start, milliseconds since the epoch. Default 2026-01-01T00:00:00Z. */
  readonly startAt?: number
  /** Keeps every event in {@link Simulation.trace}, not only the last 20. Costs memory. Default false. */
  readonly recordTrace?: boolean
  /** Keeps where each ledger entry was opened, at about 2 microseconds an entry. Default true. */
  readonly recordLocations?: boolean
  /**
   * Invariants that are not checked, by how their names begin, such as `I4`: to see what the others see of what breaks one. Default none.
   */
  readonly unchecked?: readonly string[]
}

/** Looks at the state of things; a sentence saying what is wrong, or undefined. Runs after every event: keep it O(1). */
export type InvariantCheck = () => string | undefined

/**
 * A discrete-event simulation: a virtual clock and one queue of events. Every simulated operation completes as an event at a virtual time drawn from
 * the seed; after each event everything that became runnable runs until it waits again, and the invariants are checked.
 *
 *     take the next event -> move the clock to it -> run it -> settle micro-tasks -> check invariants -> again
 *
 * The program under test must wait for nothing but this: real I/O inside it would look like a deadlock. It knows no machine: engines, disks
 * and processes are built on it.
 */
export class Simulation implements Host {
  readonly seed: number
  readonly random: SeededRandom
  readonly clock: VirtualClock
  readonly ledger: ResourceLedger
  readonly #ties: SeededRandom
  readonly #queue = new EventQueue()
  readonly #trace: EventTrace
  #invariants: readonly Invariant[] = []
  readonly #unchecked: readonly string[]
  #nowMs = 0
  /** Count of events at which the real event loop is to turn. */
  #turnAt = 0
  #driving = false
  #failure: Error | null = null

  constructor(options: SimulationOptions) {
    this.seed = options.seed
    this.random = new SeededRandom(options.seed)
    this.#ties = this.random.fork('ties')
    const isWatched = noteMade(this)
    this.#trace = new EventTrace(options.recordTrace === true || isWatched ? Infinity : LAST_EVENTS)
    this.ledger = new ResourceLedger(() => this.#nowMs, {
      recordLocations: options.recordLocations ?? true,
    })
    this.#unchecked = options.unchecked ?? []
    this.clock = new VirtualClock(this, options.startAt ?? Date.UTC(2026, 0, 1))
  }

  /** Virtual milliseconds since the start, with their fraction. Never goes back. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** Events that have happened. */
  get eventCount(): number {
    return this.#trace.count
  }

  /** Rolling hash over time and label of every event so far: 16 hexadecimal digits. */
  get traceHash(): string {
    return this.#trace.hash
  }

  /** The last 20 events, or all of them with `recordTrace`. */
  get trace(): TracedEvent[] {
    return this.#trace.events
  }

  /** Events to come, in no particular order. */
  get scheduled(): OwnedEvent[] {
    return this.#queue.list()
  }

  /**
   * Runs something once `delayMs` virtual milliseconds have passed (at once, but not before the current event has settled, for 0 or less).
   * @param label goes into the trace and its hash; use a small fixed set of labels, such as one per container
   * @param options.background the event belongs to a workload that goes on for ever: {@link quiesce} does not wait for it. A function is asked
   *   whenever it matters: for what belongs to a workload only until something has come.
   * @param options.owner the process that waits for it
   */
  schedule(
    delayMs: number,
    label: string,
    run: () => void,
    options: { background?: boolean | (() => boolean); owner?: object } = {},
  ): ScheduledEvent {
    if (Number.isNaN(delayMs)) throw new RangeError(`Cannot schedule ${label}: the delay is not a number`)
    const atMs = this.#nowMs + Math.max(0, delayMs)
    const { background = false, owner = null } = options
    return this.#queue.add(atMs, this.#ties.uint32(), label, background, run, owner)
  }

  /**
   * Starts an operation and lets events happen until its promise settles.
   * @throws the operation's own error; DeadlockError; InvariantViolation; EventFailure
   */
  async run<T>(operation: () => Promise<T>): Promise<T> {
    this.#assertIdle()
    let outcome: { value: T } | { error: unknown } | undefined
    operation().then(
      (value) => (outcome = { value }),
      (error: unknown) => (outcome = { error }),
    )
    await this.#drive(() => outcome !== undefined)
    if ('error' in outcome!) throw outcome.error
    return outcome!.value
  }

  /** Lets that much virtual time pass. Throws like {@link run}. */
  async advance(ms: number): Promise<void> {
    let reached = false
    this.schedule(ms, 'advance', () => (reached = true))
    await this.#drive(() => reached)
  }

  /** Lets that many events happen, as far as there are any: a place between two events to crash at. Throws like {@link run}. */
  async step(events: number): Promise<void> {
    const target = this.#trace.count + events
    await this.#drive(() => this.#trace.count >= target || this.#queue.size === 0)
  }

  /**
   * Lets events happen until none is left but background ones.
   * @throws Error naming what is still scheduled when that takes more than `withinMs` of virtual time. Default one hour.
   */
  async quiesce(options: { withinMs?: number } = {}): Promise<void> {
    const deadline = this.#nowMs + (options.withinMs ?? ONE_HOUR_MS)
    await this.#drive(() => !this.#queue.hasForeground || this.#nowMs > deadline)
    if (this.#queue.hasForeground) throw new Error(this.#describeUnrest())
  }

  /**
   * Adds a check that runs after every event from now on. One that fails is reported once, as an {@link InvariantViolation}, and then taken
   * out, so that the world can still be cleaned up. Dispose to take it out earlier.
   */
  invariant(name: string, check: InvariantCheck): Disposable {
    if (this.invariants.includes(name))
      throw new Error(`Cannot add invariant ${name}: there is one of that name`)
    const invariant: Invariant = { name, check: this.isChecked(name) ? check : () => undefined }
    this.#invariants = [...this.#invariants, invariant]
    return { [Symbol.dispose]: () => this.#takeOut(invariant) }
  }

  /** Names of the invariants there are, those that are not checked among them. */
  get invariants(): string[] {
    return this.#invariants.map(({ name }) => name)
  }

  /** Whether an invariant of that name is checked: see {@link SimulationOptions.unchecked}. */
  isChecked(name: string): boolean {
    return !this.#unchecked.some((beginning) => name.startsWith(beginning))
  }

  /** Ends the run in progress with this error: for simulators that catch the program under test breaking a contract. */
  fail(error: Error): void {
    this.#failure ??= error
  }

  /** What is needed to find this moment again. */
  moment(): WorldMoment {
    return { seed: this.seed, atMs: this.#nowMs, lastEvents: this.#trace.events.slice(-LAST_EVENTS) }
  }

  async #drive(isOver: () => boolean): Promise<void> {
    this.#assertIdle()
    this.#driving = true
    const onUnhandled = (error: unknown): void =>
      this.fail(new EventFailure('A rejection was not handled', error, this.moment()))
    process.on('unhandledRejection', onUnhandled)
    try {
      await this.#untilOver(isOver)
      await turnRealEventLoop()
      this.#throwFailure()
    } finally {
      process.off('unhandledRejection', onUnhandled)
      this.#driving = false
    }
  }

  async #untilOver(isOver: () => boolean): Promise<void> {
    const step = (): AfterStep<Pause> => this.#step(isOver)
    for (let pause = await stepSettled(step); pause !== 'over'; pause = await stepSettled(step)) {
      if (pause === 'turn') await turnRealEventLoop()
      else await this.#lastChance(isOver)
    }
  }

  /** Everything has settled: the invariants are checked, then the next event happens. */
  #step(isOver: () => boolean): AfterStep<Pause> {
    this.#checkInvariants()
    this.#throwFailure()
    if (isOver()) return 'over'
    if (this.#trace.count >= this.#turnAt) {
      this.#turnAt = this.#trace.count + EVENTS_PER_REAL_TURN
      return 'turn'
    }
    const event = this.#queue.take()
    if (event === undefined) return 'empty'
    this.#happen(event)
    return 'again'
  }

  #happen(event: ScheduledEvent & { run: () => void }): void {
    this.#nowMs = event.atMs
    this.#trace.add(event.atMs, event.label)
    try {
      event.run()
    } catch (error) {
      this.fail(new EventFailure(`Event "${event.label}" threw`, error, this.moment()))
    }
  }

  #checkInvariants(): void {
    for (const invariant of this.#invariants) {
      const found = invariant.check()
      if (found === undefined) continue
      this.#takeOut(invariant)
      this.fail(new InvariantViolation(invariant.name, found, this.moment()))
    }
  }

  #takeOut(invariant: Invariant): void {
    this.#invariants = this.#invariants.filter((each) => each !== invariant)
  }

  /** The queue is empty. Whatever still hides in the real event loop shows within a turn or two; after that nothing can. */
  async #lastChance(isOver: () => boolean): Promise<void> {
    await turnRealEventLoop()
    await turnRealEventLoop()
    this.#throwFailure()
    if (isOver() || this.#queue.size > 0) return
    throw new DeadlockError(this.ledger.list(), this.moment())
  }

  #throwFailure(): void {
    const failure = this.#failure
    if (failure === null) return
    this.#failure = null
    throw failure
  }

  #assertIdle(): void {
    if (this.#driving) {
      throw new Error('Cannot run the world: it is running already. Inside run() wait on world.clock.sleep')
    }
  }

  #describeUnrest(): string {
    const labels = this.#queue.list().filter((event) => !event.background)
    const list = labels.slice(0, LAST_EVENTS).map((event) => `  ${event.atMs.toFixed(3)} ms ${event.label}`)
    return `The world does not come to rest; ${labels.length} events are scheduled, among them:\n${list.join('\n')}`
  }
}

interface Invariant {
  readonly name: string
  readonly check: InvariantCheck
}

/** Why no event follows at once: the operation is over, the real event loop is to turn, or the queue is empty. */
type Pause = 'over' | 'turn' | 'empty'

const LAST_EVENTS = 20
/** Often enough for unhandled rejections to be seen near their cause, rarely enough to cost nothing. */
const EVENTS_PER_REAL_TURN = 1024
const ONE_HOUR_MS = 3_600_000
