import type { Source, SourcePosition } from '../dispatch/block.ts'
import { BackOff } from '../lifecycle/back-off.ts'
import { linkedController } from '../lifecycle/abort.ts'
import { Condition } from '../lifecycle/condition.ts'
import { withDeadline } from '../lifecycle/deadline.ts'
import type { Scope } from '../lifecycle/scope.ts'
import type { Semaphore } from '../lifecycle/semaphore.ts'
import type { Slot, SlotPool } from '../lifecycle/slot-pool.ts'
import { EngineError, type ContainerDetails, type EngineInfo } from '../ports/docker-engine.ts'
import { ContainerPosition } from './reading/container-position.ts'
import { createReader, type ContainerReader } from './reading/container-reader.ts'
import { pollPauseMs, readingOf } from './reading/log-reading.ts'
import { StreamTurn, type TurnContext, type TurnEnd } from './stream-turn.ts'

/** What a session needs of the monitor it belongs to. */
export interface SessionContext extends TurnContext {
  readonly pool: SlotPool
  /** Bounds how many containers are attached at the same time. */
  readonly attaching: Semaphore
  readonly engineInfo: () => EngineInfo
  readonly resumePosition: (source: string) => SourcePosition | undefined
  /** How long a container may wait for a slot before that is an error (invariant I6), milliseconds. */
  readonly slotWaitBoundMs: () => number
}

/**
 * What a session does next:
 *
 *     follow --ended, running--> follow       (after a back-off)
 *     follow --ended, stopped--> drain        one read without follow: the end of the log, for certain
 *     follow --unaligned-------> align        one read without follow, to find the cursor
 *     align  --ended-----------> follow
 *     drain  --ended-----------> waiting      until the container is started again or removed
 *     poll   --ended-----------> poll         where follow cannot be trusted
 */
type Mode = 'follow' | 'align' | 'drain' | 'poll'

/** Why following a container ended for good. */
export type SessionEnd = 'gone' | 'refused'

/** Follows one container for as long as it exists, over rotations, restarts of the container and absences of the engine. */
export class ContainerSession {
  readonly source: Source
  readonly #context: SessionContext
  readonly #scope: Scope
  readonly #backOff: BackOff
  readonly #woken = new Condition()
  #starts = 0
  #turn: StreamTurn | null = null
  #stuckTurn: StreamTurn | null = null
  #waitingForSlot = false
  /** How long the last turn lasted. */
  #readMs = 0

  /** @param scope the container's own: its tasks and streams live and end with it. */
  constructor(context: SessionContext, source: Source, scope: Scope) {
    this.#context = context
    this.source = source
    this.#scope = scope
    const maxMs = context.config.reconnectIntervalMs
    this.#backOff = new BackOff({ initialMs: Math.min(RECONNECT_INITIAL_MS, maxMs), maxMs }, context.random)
  }

  get waitingForSlot(): boolean {
    return this.#waitingForSlot
  }

  /** True while a stream is open beyond its interval and a minute: its rotation is stuck. */
  get rotationStuck(): boolean {
    return this.#stuckTurn !== null && this.#stuckTurn === this.#turn
  }

  /** The engine said that the container was started. */
  started(): void {
    this.#starts += 1
    this.#woken.notifyAll()
  }

  /** Something changed (the engine is back, the container may be gone): stop waiting and look. */
  nudge(): void {
    this.#woken.notifyAll()
  }

  /** Reports a stuck rotation, once per stream. For the heartbeat. */
  checkRotation(): void {
    const { clock, config, logger, metrics } = this.#context
    const openedMs = this.#turn?.openedMs
    if (openedMs === null || openedMs === undefined || !config.streamRotation.enabled || this.rotationStuck)
      return
    const ageMs = clock.monotonic() - openedMs
    if (ageMs <= config.streamRotation.intervalMs + ROTATION_GRACE_MS) return
    this.#stuckTurn = this.#turn
    metrics.streamError('rotation_stuck', this.source)
    logger.error({ container: this.source.name, ageMs }, 'A stream is open beyond its rotation interval')
  }

  /** Follows until the container is gone or refused. Rejects only with the signal's reason. */
  async run(signal: AbortSignal): Promise<SessionEnd> {
    const details = await this.#attach(signal)
    if (details === null) return 'gone'
    const refusal = refuseLogDriver(details, this.#context.engineInfo())
    if (refusal !== null) {
      this.#context.logger.warn({ container: details.name, logDriver: details.logDriver }, refusal)
      return 'refused'
    }
    const reader = this.#makeReader(details)
    const follow: Mode = readingOf(this.#context.engineInfo()).poll ? 'poll' : 'follow'
    let mode: Mode | 'waiting' | 'gone' = details.running ? follow : 'drain'
    let starts = this.#starts
    while (mode !== 'gone') {
      if (mode === 'waiting') {
        // eslint-disable-next-line no-await-in-loop -- a session is a sequence of turns
        mode = await this.#waitForStart(starts, follow, signal)
        continue
      }
      starts = this.#starts
      // eslint-disable-next-line no-await-in-loop
      mode = await this.#afterTurn(
        await this.#takeTurn(reader, details, mode, signal),
        mode,
        follow,
        reader,
        signal,
      )
    }
    await this.#flush(reader, signal)
    return 'gone'
  }

  async #attach(signal: AbortSignal): Promise<ContainerDetails | null> {
    using _ = await this.#context.attaching.acquire({ signal })
    return await this.#inspect(signal)
  }

  #makeReader(details: ContainerDetails): ContainerReader {
    const { config, resumePosition } = this.#context
    const position = resumePosition(this.source.id)
    return createReader({
      source: this.source,
      tty: details.tty,
      ...readingOf(this.#context.engineInfo()),
      maxLineBytes: config.maxLineBytes,
      from: config.from,
      ...(position instanceof ContainerPosition ? { position } : {}),
    })
  }

  async #takeTurn(
    reader: ContainerReader,
    { tty }: ContainerDetails,
    mode: Mode,
    signal: AbortSignal,
  ): Promise<TurnEnd> {
    const { id, name } = this.source
    const slot = await this.#acquireSlot(signal)
    const turn = new StreamTurn(this.#context, { id, name, tty, reader, scope: this.#scope }, slot)
    this.#turn = turn
    let end: TurnEnd
    try {
      end = await turn.run(mode === 'follow' ? 'follow' : 'snapshot')
    } finally {
      slot.release()
      this.#turn = null
    }
    if (turn.undelivered !== undefined) await this.#context.deliver(turn.undelivered, { signal })
    this.#count(end, turn)
    return end
  }

  async #acquireSlot(signal: AbortSignal): Promise<Slot> {
    const { clock, metrics, pool, slotWaitBoundMs } = this.#context
    using late = linkedController(signal)
    clock.sleep(slotWaitBoundMs(), late).then(
      () => metrics.streamError('pool_full', this.source),
      () => {},
    )
    this.#waitingForSlot = true
    try {
      return await pool.acquire({ signal })
    } finally {
      this.#waitingForSlot = false
    }
  }

  #count(end: TurnEnd, turn: StreamTurn): void {
    const { config, logger, metrics } = this.#context
    this.#readMs = turn.ageMs
    if (turn.ageMs > config.reconnectIntervalMs) this.#backOff.reset()
    if (end.kind === 'planned' || end.kind === 'yield')
      metrics.rotation(this.source, end.kind, turn.ageMs / 1000)
    if (end.kind === 'stuck' || end.kind === 'unaligned') {
      metrics.streamError('read_timeout', this.source)
      logger.warn(
        { container: this.source.name },
        'A stream is stuck: something is stored that it does not bring',
      )
    }
    if (end.kind === 'failed' && !isGone(end.error)) {
      metrics.streamError(end.during === 'open' ? 'open_failed' : 'read_failed', this.source)
      logger.warn({ container: this.source.name, during: end.during, err: end.error }, 'A stream failed')
    }
  }

  async #afterTurn(
    end: TurnEnd,
    mode: Mode,
    follow: Mode,
    reader: ContainerReader,
    signal: AbortSignal,
  ): Promise<Mode | 'waiting' | 'gone'> {
    const { clock, config } = this.#context
    switch (end.kind) {
      case 'planned':
        this.#backOff.reset()
        await clock.sleep(config.streamRotation.pauseBetweenRotationsMs, { signal })
        return mode
      case 'yield':
        this.#backOff.reset()
        return mode
      case 'unaligned':
        return 'align'
      case 'stuck':
        return mode
      case 'failed':
        if (isGone(end.error)) return 'gone'
        await this.#backOffBeforeRetry(signal)
        return mode
      case 'ended':
        return await this.#afterEnd(mode, follow, reader, signal)
    }
  }

  /** The engine ended a reply cleanly. What that means depends on what was asked, and on the container. */
  async #afterEnd(
    mode: Mode,
    follow: Mode,
    reader: ContainerReader,
    signal: AbortSignal,
  ): Promise<Mode | 'waiting' | 'gone'> {
    if (mode === 'align') return follow
    if (mode === 'drain') {
      await this.#flush(reader, signal)
      return 'waiting'
    }
    const details = await this.#inspect(signal)
    if (details === null) return 'gone'
    if (!details.running) return 'drain'
    if (mode === 'poll') {
      const { clock, config } = this.#context
      const pauseMs = pollPauseMs(this.#readMs, config.pollIntervalMs, config.reconnectIntervalMs)
      await this.#woken.waitAtMost(clock, pauseMs, { signal })
    } else await this.#backOffBeforeRetry(signal)
    return follow
  }

  async #waitForStart(starts: number, follow: Mode, signal: AbortSignal): Promise<Mode | 'waiting' | 'gone'> {
    if (this.#starts === starts) await this.#woken.wait({ signal })
    if (this.#starts !== starts) return follow
    const details = await this.#inspect(signal)
    if (details === null) return 'gone'
    // The engine may have gone while the log was drained, and then a reply that was cut looks complete.
    return details.running ? follow : 'drain'
  }

  /** The container's details, null when it is gone. Asks until the engine answers. */
  async #inspect(signal: AbortSignal): Promise<ContainerDetails | null> {
    const { clock, config, engine, logger, metrics } = this.#context
    for (;;) {
      try {
        const inspect = (own: AbortSignal): Promise<ContainerDetails> =>
          engine.inspectContainer(this.source.id, { signal: own })
        // eslint-disable-next-line no-await-in-loop -- asks again after a back-off
        return await withDeadline(
          clock,
          `inspecting ${this.source.name}`,
          config.openTimeoutMs,
          signal,
          inspect,
        )
      } catch (error) {
        signal.throwIfAborted()
        if (isGone(error)) return null
        metrics.streamError('open_failed', this.source)
        logger.warn({ container: this.source.name, err: error }, 'The engine did not describe a container')
        // eslint-disable-next-line no-await-in-loop
        await this.#backOffBeforeRetry(signal)
      }
    }
  }

  /** Waits before the engine is asked again, less when there is news. */
  async #backOffBeforeRetry(signal: AbortSignal): Promise<void> {
    await this.#woken.waitAtMost(this.#context.clock, this.#backOff.next(), { signal })
  }

  /** Nothing will continue the lines that are still open: they become records. */
  async #flush(reader: ContainerReader, signal: AbortSignal): Promise<void> {
    reader.flush()
    this.#context.report(this.source, reader.takeNotices())
    for (let block = reader.take(); block !== undefined; block = reader.take()) {
      // eslint-disable-next-line no-await-in-loop -- blocks are delivered in order
      await this.#context.deliver(block, { signal })
    }
  }
}

function isGone(error: unknown): boolean {
  return error instanceof EngineError && error.code === 'not_found'
}

/** A sentence saying why the container cannot be followed, or null. */
function refuseLogDriver({ name, logDriver }: ContainerDetails, { kind }: EngineInfo): string | null {
  const allowed = READABLE_LOG_DRIVERS[kind]
  if (allowed.includes(logDriver)) return null
  return `Cannot follow container ${name}: its log driver is ${logDriver}; supported are ${allowed.join(' and ')}`
}

/** The drivers whose logs the reader was held against. */
const READABLE_LOG_DRIVERS: Readonly<Record<EngineInfo['kind'], readonly string[]>> = {
  docker: ['json-file', 'local'],
  podman: ['k8s-file', 'json-file'],
}
const RECONNECT_INITIAL_MS = 100
/** A rotation that is this much overdue is stuck. */
const ROTATION_GRACE_MS = 60_000
