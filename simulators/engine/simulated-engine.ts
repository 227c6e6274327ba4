import { EngineError, type EngineErrorCode } from '../../reference/ports/index.ts'
import type { SeededRandom } from '../seeded-random.ts'
import type { EngineEvent } from './engine-event.ts'
import type { EngineHost } from './engine-host.ts'
import { LogReply, type LogReplyOptions } from './log-reply.ts'
import { DOCKER_26, type EnginePersonality } from './personality.ts'
import { SimulatedContainer, type ContainerOptions, type StoredListener } from './simulated-container.ts'
import { SimulatedDockerEngine, type ConnectOptions } from './simulated-docker-engine.ts'
import type { StreamFault, StreamFaultScope } from './stream-fault.ts'

export interface SimulatedEngineOptions {
  /** Which version it behaves like. Default {@link DOCKER_26}. */
  readonly personality?: EnginePersonality
}

/** Requests a client can make. */
export type EngineOperation = 'info' | 'list' | 'inspect' | 'events' | 'logs'

/** `away`: connections are refused. `hung`: connections stand, and nothing is answered, sent or ended. */
export type EngineAvailability = 'up' | 'away' | 'hung'

/** What the engine has had to do. */
export interface EngineStatistics {
  logReplies: number
  /** Stored messages read in order to find where replies begin: what reopening costs the engine. */
  linesScanned: number
  /** The largest {@link LogReply.linesScanned}. */
  linesScannedByOneReply: number
  eventsLost: number
}

/**
 * A container engine: its containers, their stored logs, its events, and what is wrong with it. Nothing here knows how it is served; clients are
 * given by {@link connect} (in process).
 *
 *     created --start--> running --stop, kill, exit--> exited --start--> running        any --remove--> removed
 *                        running <--pause, unpause--> paused
 *
 * Containers are named by id, by a prefix of it, or by name. Events are emitted in Docker's order; a log is closed before `die`.
 */
export class SimulatedEngine {
  readonly personality: EnginePersonality
  readonly statistics: EngineStatistics = {
    logReplies: 0,
    linesScanned: 0,
    linesScannedByOneReply: 0,
    eventsLost: 0,
  }
  readonly #host: EngineHost
  readonly #random: SeededRandom
  readonly #containers = new Map<string, SimulatedContainer>()
  readonly #added: SimulatedContainer[] = []
  readonly #subscribers = new Set<(event: EngineEvent) => void>()
  readonly #storedListeners = new Set<StoredListener>()
  readonly #availabilityListeners = new Set<() => void>()
  #availability: EngineAvailability = 'up'
  readonly #recentEvents: EngineEvent[] = []
  #eventsToLose = 0
  #failures: { operation: EngineOperation; code: EngineErrorCode; times: number }[] = []

  constructor(host: EngineHost, options: SimulatedEngineOptions = {}) {
    this.#host = host
    this.#random = host.random.fork('engine')
    this.personality = options.personality ?? DOCKER_26
  }

  get availability(): EngineAvailability {
    return this.#availability
  }

  /** Every container that was not removed. */
  get containers(): SimulatedContainer[] {
    return [...this.#containers.values()]
  }

  /** The same with those that were removed, in the order they were added. */
  get everyContainer(): SimulatedContainer[] {
    return [...this.#added]
  }

  /** The last events, oldest first: what a subscriber can ask for that comes late. */
  get recentEvents(): readonly EngineEvent[] {
    return this.#recentEvents
  }

  /** A client of its own, with its own connections. */
  connect(options: ConnectOptions = {}): SimulatedDockerEngine {
    return new SimulatedDockerEngine(this.#host, this, options)
  }

  /** Creates a container and, unless told otherwise, starts it. */
  addContainer(options: ContainerOptions): SimulatedContainer {
    if (this.containers.some(({ name }) => name === options.name)) {
      throw new Error(`Cannot add container ${options.name}: the name is in use`)
    }
    const id = this.#random.hex(64)
    const container = new SimulatedContainer(this.#host, id, options, (stored) => this.#notifyStored(stored))
    this.#containers.set(id, container)
    this.#added.push(container)
    this.#emit('create', container)
    if (options.started ?? true) this.start(id)
    return container
  }

  /** The container of this id, prefix of an id, or name. */
  find(reference: string): SimulatedContainer | undefined {
    const exact = this.#containers.get(reference)
    if (exact !== undefined) return exact
    return this.containers.find(({ id, name }) => name === reference || id.startsWith(reference))
  }

  /** Like {@link find}, also for containers that were removed. @throws EngineError `not_found` */
  container(reference: string): SimulatedContainer {
    const found = this.find(reference) ?? this.#findAdded(reference)
    if (found === undefined) throw notFound(reference)
    return found
  }

  start(reference: string): void {
    const container = this.#present(reference)
    if (container.running) return
    container.state = 'running'
    container.startedAt = this.#host.clock.wallTime()
    container.beginWork()
    this.#emit('start', container)
  }

  /** The process ends by itself. */
  exit(reference: string, exitCode = 0): void {
    this.#end(this.#present(reference), exitCode)
  }

  stop(reference: string): void {
    const container = this.#present(reference)
    if (this.#endBySignal(container, SIGTERM)) this.#emit('stop', container)
  }

  /** Sends a signal that ends the process. */
  kill(reference: string, signal: number = SIGKILL): void {
    this.#endBySignal(this.#present(reference), signal)
  }

  /** Sends a signal that the process takes no notice of. */
  signal(reference: string, signal: number): void {
    const container = this.#present(reference)
    if (container.running) this.#emit('kill', container, { signal: String(signal) })
  }

  restart(reference: string): void {
    const container = this.#present(reference)
    this.stop(container.id)
    this.start(container.id)
    this.#emit('restart', container)
  }

  pause(reference: string): void {
    const container = this.#present(reference)
    if (container.state !== 'running') return
    container.state = 'paused'
    container.suspendWork()
    this.#emit('pause', container)
  }

  unpause(reference: string): void {
    const container = this.#present(reference)
    if (container.state !== 'paused') return
    container.state = 'running'
    container.beginWork()
    this.#emit('unpause', container)
  }

  rename(reference: string, name: string): void {
    const container = this.#present(reference)
    const oldName = `/${container.name}`
    container.name = name
    this.#emit('rename', container, { oldName })
  }

  /** Removes it, killing it first if it runs, and its log with it. */
  remove(reference: string): void {
    const container = this.#present(reference)
    this.#endBySignal(container, SIGKILL)
    container.state = 'removed'
    this.#containers.delete(container.id)
    this.#emit('destroy', container)
  }

  /** Removal has begun and does not get on: the container is listed, and its log answers 409, until {@link remove}. */
  beginRemoval(reference: string): void {
    const container = this.#present(reference)
    this.#endBySignal(container, SIGKILL)
    container.state = 'removing'
  }

  /** The bytes a file must hold that has everything this container wrote up to now. */
  expectedOutput(reference: string): Uint8Array {
    return this.container(reference).expected.view()
  }

  /**
   * Begins a reply with a container's log.
   * @throws EngineError `not_found`, `conflict` (being removed), `not_supported` (log driver)
   */
  openLog(id: string, options: LogReplyOptions): LogReply {
    const container = this.find(id)
    if (container === undefined) throw notFound(id)
    assertReadable(container)
    const follow = options.follow && container.running
    const reply = new LogReply(container.log, { ...options, follow }, this.personality, this.#random)
    container.addReply(reply)
    for (const fault of container.faults.forNewStream(options.follow)) reply.disturb(fault)
    this.statistics.logReplies += 1
    this.statistics.linesScanned += reply.linesScanned
    this.statistics.linesScannedByOneReply = Math.max(
      this.statistics.linesScannedByOneReply,
      reply.linesScanned,
    )
    return reply
  }

  /** The reader of a reply is gone. */
  closeLog(id: string, reply: LogReply): void {
    reply.close()
    this.container(id).replies.delete(reply)
  }

  /** Calls back with every event from now on that is not lost. */
  subscribe(subscriber: (event: EngineEvent) => void): Disposable {
    return listen(this.#subscribers, subscriber)
  }

  /** Calls back after every stored message. */
  onStored(listener: StoredListener): Disposable {
    return listen(this.#storedListeners, listener)
  }

  /** Calls back when the engine went, came, hung, went on, or was calmed. */
  onAvailability(listener: () => void): Disposable {
    return listen(this.#availabilityListeners, listener)
  }

  /** Does something wrong to streams that read a container's log. */
  disturb(reference: string, fault: StreamFault, scope: StreamFaultScope): void {
    this.#present(reference).disturb(fault, scope)
  }

  /** Takes a container's stream faults away, or those of all. */
  calm(reference?: string): void {
    const calmed = reference === undefined ? this.containers : [this.#present(reference)]
    for (const container of calmed) container.calm()
    this.#notifyAvailability()
  }

  /** The next requests of this kind fail. */
  failCalls(operation: EngineOperation, code: EngineErrorCode, times = 1): void {
    this.#failures.push({ operation, code, times })
  }

  /** The next events reach nobody, as when a subscriber was slower than 100 ms. */
  loseEvents(count: number): void {
    this.#eventsToLose += count
  }

  /** The daemon dies: connections break and new ones are refused. Containers go on, or end where there is no live restore. */
  goAway(options: { containers?: 'live-restore' | 'end' } = {}): void {
    this.#setAvailability('away')
    for (const container of this.#containers.values()) {
      for (const reply of container.replies) reply.disturb({ kind: 'reset' })
      if (options.containers === 'end') this.#end(container, 0)
    }
  }

  /** As SIGSTOP does: nothing is answered, sent or ended until {@link comeBack}. */
  hang(): void {
    this.#setAvailability('hung')
  }

  /** The daemon is there again. */
  comeBack(): void {
    this.#setAvailability('up')
  }

  /** For who serves it: the error the next request of this kind is to be answered with. */
  takeFailure(operation: EngineOperation): EngineError | null {
    const failure = this.#failures.find((each) => each.operation === operation && each.times > 0)
    if (failure === undefined) return null
    failure.times -= 1
    return new EngineError(failure.code, `Cannot ${operation}: a failure was ordered`)
  }

  #present(reference: string): SimulatedContainer {
    const container = this.find(reference)
    if (container === undefined) throw notFound(reference)
    return container
  }

  #findAdded(reference: string): SimulatedContainer | undefined {
    return this.#added.findLast(({ id, name }) => name === reference || id.startsWith(reference))
  }

  #endBySignal(container: SimulatedContainer, signal: number): boolean {
    if (!container.running) return false
    this.#emit('kill', container, { signal: String(signal) })
    this.#end(container, SIGNAL_EXIT_CODE + signal)
    return true
  }

  #end(container: SimulatedContainer, exitCode: number): void {
    if (!container.running) return
    container.endWork()
    container.state = 'exited'
    container.finishedAt = this.#host.clock.wallTime()
    container.exitCode = exitCode
    this.#emit('die', container, { exitCode: String(exitCode) })
  }

  #emit(
    action: string,
    { id, name, labels, image }: SimulatedContainer,
    more: Readonly<Record<string, string>> = {},
  ): void {
    if (this.#eventsToLose > 0) {
      this.#eventsToLose -= 1
      this.statistics.eventsLost += 1
      return
    }
    const attributes = { ...labels, image, name, ...more }
    const event = { action, id, name, labels, attributes, at: this.#host.clock.wallTime() }
    this.#recentEvents.push(event)
    if (this.#recentEvents.length > RECENT_EVENTS_MAX) this.#recentEvents.shift()
    for (const subscriber of this.#subscribers) subscriber(event)
  }

  #notifyStored(container: SimulatedContainer): void {
    for (const listener of this.#storedListeners) listener(container)
  }

  #setAvailability(availability: EngineAvailability): void {
    this.#availability = availability
    this.#notifyAvailability()
  }

  #notifyAvailability(): void {
    for (const listener of this.#availabilityListeners) listener()
  }
}

const SIGKILL = 9
const SIGTERM = 15
/** Exit code of a process that a signal ended: this plus the signal's number. */
const SIGNAL_EXIT_CODE = 128
/** As many as moby keeps. */
const RECENT_EVENTS_MAX = 256

function assertReadable(container: SimulatedContainer): void {
  if (container.state === 'removing') {
    throw new EngineError(
      'conflict',
      `can not get logs from container which is dead or marked for removal (${container.name})`,
    )
  }
  if (container.logDriver === 'none') {
    throw new EngineError(
      'not_supported',
      `configured logging driver does not support reading (${container.name})`,
    )
  }
}

function notFound(reference: string): EngineError {
  return new EngineError('not_found', `No such container: ${reference}`)
}

function listen<T>(listeners: Set<T>, listener: T): Disposable {
  listeners.add(listener)
  return { [Symbol.dispose]: () => void listeners.delete(listener) }
}
