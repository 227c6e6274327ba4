import { AsyncLocalStorage } from 'node:async_hooks'
import type { Host } from '../world/host.ts'
import type { ScheduledEvent } from '../world/event-queue.ts'
import { ResourceLedger } from '../world/resource-ledger.ts'
import { SeededRandom } from '../world/seeded-random.ts'

/**
 * Where a simulated engine runs in real time: this process's clock and timers. The seed decides ids and contents, not moments. Dispose to
 * take every timer away; nothing runs after that.
 */
export class RealTimeHost implements Host, Disposable {
  readonly random: SeededRandom
  readonly clock: Host['clock'] = {
    wallTime: () => this.#wallTime() + this.#steppedMs,
    wallTimeAt: null,
    monotonic: () => performance.now(),
    stepWallTime: (byMs) => void (this.#steppedMs += byMs),
  }
  readonly ledger: ResourceLedger
  /**
   * Runs a function in the asynchronous context the host was made in: what comes of it is the machine's own, whoever orders it, as it would be if the
   * machine were another process. Who follows contexts, to find leaks, is not misled.
   */
  readonly within: <T>(run: () => T) => T = AsyncLocalStorage.snapshot()
  readonly #timers = new Set<NodeJS.Timeout>()
  #disposed = false
  /** What the simulated machine's clock was stepped by. */
  #steppedMs = 0
  /** Wall time at the zero of the monotonic clock. */
  #origin = performance.timeOrigin

  constructor(seed: number) {
    this.random = new SeededRandom(seed)
    this.ledger = new ResourceLedger(() => performance.now())
  }

  /** @throws RangeError when the delay is longer than a timer can be, 24.8 days */
  schedule(
    delayMs: number,
    label: string,
    run: () => void,
    { background = false }: { background?: boolean | (() => boolean) } = {},
  ): ScheduledEvent {
    if (!(delayMs <= TIMER_MS_MAX)) {
      throw new RangeError(`Cannot schedule ${label}: ${delayMs} ms is longer than ${TIMER_MS_MAX} ms`)
    }
    const fire = (): void => {
      this.#timers.delete(timer)
      run()
    }
    const timer = this.within(() => setTimeout(fire, delayMs))
    if (this.#disposed) clearTimeout(timer)
    else this.#timers.add(timer)
    const cancel = (): void => this.#cancel(timer)
    const isBackground = typeof background === 'boolean' ? background : background()
    return { atMs: performance.now() + delayMs, label, background: isBackground, cancel }
  }

  /** Throws it where nobody can overlook it. */
  fail(error: Error): void {
    queueMicrotask(() => {
      throw error
    })
  }

  [Symbol.dispose](): void {
    this.#disposed = true
    for (const timer of this.#timers) this.#cancel(timer)
  }

  /** The monotonic clock has the fraction of a millisecond, the system's has the steps: its word counts when they disagree. */
  #wallTime(): number {
    const monotonic = performance.now()
    const wall = Date.now()
    if (Math.abs(this.#origin + monotonic - wall) > CLOCK_TOLERANCE_MS) this.#origin = wall - monotonic
    return this.#origin + monotonic
  }

  #cancel(timer: NodeJS.Timeout): void {
    clearTimeout(timer)
    this.#timers.delete(timer)
  }
}

/** `Date.now()` cuts to whole milliseconds. */
const CLOCK_TOLERANCE_MS = 2
/** Beyond this Node's timers fire at once. */
const TIMER_MS_MAX = 2 ** 31 - 1
