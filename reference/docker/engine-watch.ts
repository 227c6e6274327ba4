import type { ContainerMonitorConfig } from '../config/config.ts'
import { messageOf } from '../errors.ts'
import type { Health } from '../http/health.ts'
import { linkedController } from '../lifecycle/abort.ts'
import { BackOff } from '../lifecycle/back-off.ts'
import { DeadlineError, withDeadline } from '../lifecycle/deadline.ts'
import type { Scope } from '../lifecycle/scope.ts'
import { WakeUp } from '../lifecycle/wake-up.ts'
import type { Clock } from '../ports/clock.ts'
import type {
  ContainerEvent,
  ContainerSummary,
  DockerEngine,
  EngineInfo,
  EventStream,
} from '../ports/docker-engine.ts'
import type { Logger } from '../ports/logger.ts'
import type { Random } from '../ports/random.ts'

export interface EngineWatchOptions {
  readonly config: ContainerMonitorConfig
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly engine: DockerEngine
  /** Told what the engine said, in its order. */
  readonly onEvent: (event: ContainerEvent) => void
  /** Returns whether the list is believed; otherwise it is asked for again soon. */
  readonly onListed: (containers: readonly ContainerSummary[]) => boolean
  /** Told before a list, when the engine was away since the list before: replies may have been cut then. */
  readonly onInterrupted: () => void
}

/**
 * Watches an engine in three independent ways, so that none that fails takes another with it:
 *
 *     monitor_list    lists at once, then from time to time, because the engine drops events of slow subscribers
 *     monitor_events  subscribes; a subscription that stands asks for a list, so that nothing falls between the two
 *     monitor_health  asks for a sign of life, from time to time and when one of the others failed or came back
 *
 * While there are no events the list is asked for more often. Each fault has one writer: its own task.
 */
export class EngineWatch {
  readonly #options: EngineWatchOptions
  readonly #listWanted = new WakeUp()
  readonly #signOfLifeWanted = new WakeUp()
  #info: EngineInfo | null = null
  #engineFault: string | null = NOT_ASKED
  #listFault: string | null = NOT_ASKED
  #eventsFault: string | null = NOT_ASKED
  /** The engine was away since the last list. */
  #interrupted = false

  constructor(options: EngineWatchOptions) {
    this.#options = options
  }

  /** Who answers. Known before the first event or list is told. */
  get info(): EngineInfo {
    return this.#info!
  }

  /** Why containers cannot be listed, or null. */
  get listFault(): string | null {
    return this.#listFault
  }

  /** Starts in the scope. An engine that is away is no error: it is asked again until it answers. */
  start(scope: Scope): void {
    this.#engineFault = this.#listFault = this.#eventsFault = NOT_ASKED
    scope.keep('monitor_list', 'engine', (signal) => this.#keepListing(signal))
    scope.keep('monitor_events', 'engine', (signal) => this.#keepListening(signal))
    scope.keep('monitor_health', 'engine', (signal) => this.#keepAsking(signal))
  }

  /** Looks at once, by the settings there are now. */
  reconfigured(): void {
    this.#listWanted.ask()
    this.#signOfLifeWanted.ask()
  }

  checks(): Health['checks'] {
    return {
      engine: {
        ok: this.#engineFault === null,
        detail: this.#engineFault ?? `answers, ${this.#info?.version ?? 'version not told yet'}`,
      },
      events: {
        ok: this.#eventsFault === null,
        detail:
          this.#eventsFault === null
            ? 'come'
            : `do not come, containers are listed every ${this.#listIntervalMs} ms instead: ${this.#eventsFault}`,
      },
    }
  }

  get #listIntervalMs(): number {
    const { resyncIntervalMs, reconnectIntervalMs } = this.#options.config
    return this.#eventsFault === null ? resyncIntervalMs : Math.min(resyncIntervalMs, reconnectIntervalMs)
  }

  async #keepListing(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    const backOff = this.#backOff()
    for (;;) {
      const believed = await this.#list(signal)
      if (believed) backOff.reset()
      const pauseMs = believed ? this.#listIntervalMs : backOff.next()
      await this.#listWanted.waitAtMost(clock, pauseMs, { signal })
    }
  }

  /** Whether the engine listed its containers, and the list is believed. */
  async #list(signal: AbortSignal): Promise<boolean> {
    const { engine, logger, onListed, onInterrupted } = this.#options
    let containers: ContainerSummary[]
    try {
      await this.#identify(signal)
      containers = await this.#call('listing containers', signal, (own) =>
        engine.listContainers({ signal: own }),
      )
    } catch (error) {
      signal.throwIfAborted()
      const fault = messageOf(error)
      if (fault !== this.#listFault) logger.warn({ err: error }, 'The engine is away')
      this.#listFault = fault
      this.#interrupted = true
      this.#signOfLifeWanted.ask()
      return false
    }
    if (this.#listFault !== null) this.#signOfLifeWanted.ask()
    this.#listFault = null
    if (this.#interrupted) onInterrupted()
    this.#interrupted = false
    return onListed(containers)
  }

  async #keepListening(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options
    const backOff = this.#backOff()
    for (;;) {
      const { error, stoodMs } = await this.#listen(signal)
      const fault = messageOf(error)
      if (fault !== this.#eventsFault) logger.warn({ err: error }, 'There are no events from the engine')
      this.#eventsFault = fault
      if (stoodMs > 0) this.#noteInterruption()
      if (stoodMs >= STANDS_AFTER_MS) backOff.reset()
      // Headers that come only with the first event are waited for again at once: whoever waits for them misses little.
      if (!(error instanceof DeadlineError)) await clock.sleep(backOff.next(), { signal })
    }
  }

  /** One subscription, from its opening to its end: why it ended, and how long it stood. */
  async #listen(signal: AbortSignal): Promise<{ error: unknown; stoodMs: number }> {
    const { clock } = this.#options
    let sinceMs = Infinity
    let events: EventStream | undefined
    try {
      if (this.#info === null) await this.#identify(signal)
      events = await this.#subscribe(signal)
      sinceMs = clock.monotonic()
      if (this.#eventsFault === NOT_ASKED) this.#eventsFault = null
      this.#listWanted.ask()
      using standing = linkedController(signal)
      if (this.#eventsFault !== null) this.#noteWhenStanding(standing)
      await this.#consume(events, signal)
      throw new Error('The engine ended its events')
    } catch (error) {
      signal.throwIfAborted()
      return { error, stoodMs: Math.max(0, clock.monotonic() - sinceMs) }
    } finally {
      events?.destroy()
    }
  }

  /** One that was just opened may break as those before it did. */
  #noteWhenStanding(options: { signal: AbortSignal }): void {
    this.#options.clock.sleep(STANDS_AFTER_MS, options).then(
      () => (this.#eventsFault = null),
      () => {},
    )
  }

  /** Events that came are missing now: list more often, and look what else is broken. */
  #noteInterruption(): void {
    this.#interrupted = true
    this.#listWanted.ask()
    this.#signOfLifeWanted.ask()
  }

  async #subscribe(signal: AbortSignal): Promise<EventStream> {
    const { clock, config, engine } = this.#options
    const open = (own: AbortSignal): Promise<EventStream> => engine.openEvents({ signal: own })
    return await withDeadline(clock, 'subscribing to events', config.openTimeoutMs, signal, open, (late) =>
      late.destroy(),
    )
  }

  /** Resolves when the engine ends the events cleanly. */
  async #consume(events: EventStream, signal: AbortSignal): Promise<void> {
    for (;;) {
      const event = await events.read({ signal })
      if (event === null) return
      this.#options.onEvent(event)
    }
  }

  async #keepAsking(signal: AbortSignal): Promise<void> {
    const { clock, config, engine } = this.#options
    for (;;) {
      try {
        await this.#call('asking the engine for a sign of life', signal, (own) =>
          engine.info({ signal: own }),
        )
        this.#engineFault = null
      } catch (error) {
        signal.throwIfAborted()
        this.#engineFault = messageOf(error)
      }
      await this.#signOfLifeWanted.waitAtMost(clock, config.healthCheckDelayMs, { signal })
    }
  }

  /** Asked anew with every list: the engine may be another version by then. */
  async #identify(signal: AbortSignal): Promise<void> {
    const { engine } = this.#options
    this.#info = await this.#call('asking the engine who it is', signal, (own) =>
      engine.info({ signal: own }),
    )
  }

  async #call<T>(what: string, signal: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return await withDeadline(this.#options.clock, what, this.#options.config.openTimeoutMs, signal, run)
  }

  #backOff(): BackOff {
    const { config, random } = this.#options
    const maxMs = config.reconnectIntervalMs
    return new BackOff({ initialMs: Math.min(RECONNECT_INITIAL_MS, maxMs), maxMs }, random)
  }
}

const NOT_ASKED = 'not asked yet'
const RECONNECT_INITIAL_MS = 100
/** A subscription that stood for so long was a success: the next one is tried soon after its end. */
const STANDS_AFTER_MS = 1000
