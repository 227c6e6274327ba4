import { EngineError } from '../../reference/ports/index.ts'
import type { SeededRandom } from '../world/seeded-random.ts'
import type { Hold } from '../wire/hold.ts'
import type { DisturbableEngine } from '../wire/disturbable-engine.ts'
import type { StreamFault, StreamScope } from '../wire/stream-fault.ts'
import { StreamFaults } from '../wire/stream-faults.ts'
import { Wire } from '../wire/wire.ts'
import {
  CallFaults,
  type CallFault,
  type CallScope,
  type DisturbedCall,
  type EngineOperation,
} from './call-faults.ts'
import { Availability, type EngineAvailability } from './availability.ts'
import type { Host } from '../world/host.ts'
import type { SimulatedDisk } from '../file-system/simulated-disk.ts'
import { EventHub } from './event-hub.ts'
import { JsonLogFiles } from './log/json-log-files.ts'
import { Listeners } from './listeners.ts'
import { openReply, type OpenLogOptions } from './reply/log-opening.ts'
import { DOCKER_26, type EnginePersonality } from './personality.ts'
import { SimulatedContainer, type ContainerOptions, type StoredListener } from './simulated-container.ts'

export interface SimulatedEngineOptions {
  /** Which version it behaves like. Default {@link DOCKER_26}. */
  readonly personality?: EnginePersonality
  /** Whether the logs of containers are on the disk too, as the driver `json-file` stores them. Only in a world. Default false. */
  readonly storesLogs?: boolean
}

/** What the engine has had to do. */
export interface EngineStatistics {
  logReplies: number
  /** Stored messages read in order to find where replies begin: what reopening costs the engine. */
  linesScanned: number
  /** The largest of one reply. */
  linesScannedByOneReply: number
}

/**
 * A container engine: its containers, their stored logs, its events, and what is wrong with it. It knows no clients and not how it is
 * served: a client is connected to it.
 *
 *     created --start--> running --stop, kill, exit--> exited --start--> running        any --remove--> removed
 *                        running <--pause, unpause--> paused
 *
 * Containers are named by id, by a prefix of it, or by name. Events are emitted in Docker's order; a log is closed before `die`.
 */
export class ContainerEngine implements DisturbableEngine {
  readonly statistics: EngineStatistics = {
    logReplies: 0,
    linesScanned: 0,
    linesScannedByOneReply: 0,
  }
  /** Where it runs. */
  readonly host: Host
  readonly events: EventHub = new EventHub()
  readonly #random: SeededRandom
  readonly #containers = new Map<string, SimulatedContainer>()
  readonly #added: SimulatedContainer[] = []
  readonly #availability = new Availability()
  readonly #storedListeners = new Listeners<[SimulatedContainer]>()
  /** Held on every log while there are such listeners. */
  #logWatches: Disposable[] = []
  #personality: EnginePersonality
  /** Where logs are stored as files too; null for nowhere. */
  #logDisk: SimulatedDisk | null = null
  readonly #streamFaults = new StreamFaults(() => this.#availability.tell())
  readonly #callFaults = new CallFaults(() => this.#availability.tell())

  constructor(host: Host, options: SimulatedEngineOptions = {}) {
    this.host = host
    this.#random = host.random.fork('engine')
    this.#personality = options.personality ?? DOCKER_26
  }

  get availability(): EngineAvailability {
    return this.#availability.current
  }

  get personality(): EnginePersonality {
    return this.#personality
  }

  /** Every container that was not removed. */
  get containers(): SimulatedContainer[] {
    return [...this.#containers.values()]
  }

  /** The same with those that were removed, in the order they were added. */
  get everyContainer(): SimulatedContainer[] {
    return [...this.#added]
  }

  /** Creates a container and, unless told otherwise, starts it. */
  addContainer(options: ContainerOptions): SimulatedContainer {
    if (this.containers.some(({ name }) => name === options.name)) {
      throw new Error(`Cannot add container ${options.name}: the name is in use`)
    }
    const id = this.#random.hex(64)
    const container = new SimulatedContainer(this.host, id, options, {
      onStored: (stored) => this.#storedListeners.tell(stored),
      personality: () => this.personality,
    })
    this.#containers.set(id, container)
    this.#added.push(container)
    if (this.#storedListeners.size > 0) this.#logWatches.push(container.log.watch())
    this.#emit('create', container)
    if (options.started ?? true) this.#startAfter(container, options.startsAfterMs ?? 0)
    return container
  }

  /**
   * Stores the logs of containers that are started from now on as files too, as the driver `json-file` does.
   * @returns what is to be called before somebody looks at a path: lines are stored late
   */
  storeLogsOn(disk: SimulatedDisk): (path: string) => void {
    this.#logDisk = disk
    return (path) => {
      if (path.startsWith(LOG_DIRECTORY))
        this.#containers.get(path.split('/')[LOG_DIRECTORY_DEPTH]!)?.log.catchUp()
    }
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
    const container = this.present(reference)
    if (container.running) return
    container.state = 'running'
    container.startedAt = this.host.clock.wallTime()
    container.starts += 1
    this.#storeLogOf(container)
    container.beginWork()
    this.#endInTime(container)
    this.#emit('start', container)
  }

  /** The process ends by itself. */
  exit(reference: string, exitCode = 0): void {
    this.#end(this.present(reference), exitCode)
  }

  stop(reference: string): void {
    const container = this.present(reference)
    if (this.#endBySignal(container, SIGTERM)) this.#emit('stop', container)
  }

  /** Sends a signal that ends the process. */
  kill(reference: string, signal: number = SIGKILL): void {
    this.#endBySignal(this.present(reference), signal)
  }

  /** Sends a signal that the process takes no notice of, but that wakes it when it is paused. */
  signal(reference: string, signal: number): void {
    const container = this.present(reference)
    if (!container.running) return
    this.#emit('kill', container, { signal: String(signal) })
    this.unpause(container.id)
  }

  restart(reference: string): void {
    const container = this.present(reference)
    this.stop(container.id)
    this.start(container.id)
    this.#emit('restart', container)
  }

  pause(reference: string): void {
    const container = this.present(reference)
    if (container.state !== 'running') return
    container.state = 'paused'
    container.suspendWork()
    this.#emit('pause', container)
  }

  unpause(reference: string): void {
    const container = this.present(reference)
    if (container.state !== 'paused') return
    container.state = 'running'
    container.beginWork()
    this.#emit('unpause', container)
  }

  rename(reference: string, name: string): void {
    const container = this.present(reference)
    const oldName = `/${container.name}`
    container.name = name
    this.#emit('rename', container, { oldName })
  }

  /** Removes it, killing it first if it runs, and its log with it. */
  remove(reference: string): void {
    const container = this.present(reference)
    this.#endBySignal(container, SIGKILL)
    container.state = 'removed'
    container.log.remove()
    this.#containers.delete(container.id)
    this.#emit('destroy', container)
  }

  /** Removal has begun and does not get on: the container is listed, and its log answers 409, until {@link remove}. */
  beginRemoval(reference: string): void {
    const container = this.present(reference)
    this.#endBySignal(container, SIGKILL)
    container.state = 'removing'
  }

  /** The bytes a file must hold that has everything this container wrote up to now. */
  expectedOutput(reference: string): Uint8Array {
    return this.container(reference).expected.view()
  }

  /**
   * For who serves it: set when the request for this container's log is to be kept without an answer until it is released. To be asked once for
   * each request.
   */
  holdLogRequest(id: string, follow: boolean): Hold | null {
    const container = this.find(id)
    return container === undefined ? null : this.#streamFaults.holdRequest(container, follow)
  }

  /**
   * Begins to send a container's log.
   * @throws EngineError `not_found`, `conflict` (being removed), `not_supported` (log driver)
   */
  openLog(id: string, options: OpenLogOptions): Wire {
    const container = this.present(id)
    const { personality } = this
    const asked = { host: this.host, personality, random: this.#random }
    const { sent, follow, framed, linesScanned } = openReply(asked, container, options)
    this.#countReply(linesScanned)
    const wire = new Wire(sent, {
      host: this.host,
      follow,
      framed,
      onClosed: (closed) => {
        container.wires.delete(closed)
        this.#streamFaults.closed(closed)
      },
    })
    if (personality.delaysHead) wire.impose({ delaysHead: true })
    container.addWire(wire)
    this.#streamFaults.opened(container, wire)
    return wire
  }

  /** Calls back after every stored message. */
  onStored(listener: StoredListener): Disposable {
    if (this.#storedListeners.size === 0) this.#logWatches = this.#added.map(({ log }) => log.watch())
    const listening = this.#storedListeners.add(listener)
    return { [Symbol.dispose]: () => this.#forget(listening) }
  }

  /** Calls back when the engine went, came, hung, went on, or was calmed. */
  onAvailability(listener: () => void): Disposable {
    return this.#availability.onChange(listener)
  }

  /** Does something wrong to streams of logs until what is returned is disposed. @throws EngineError `not_found` */
  disturbStreams(fault: StreamFault, scope: StreamScope): Disposable {
    const container = scope.container === undefined ? null : this.present(scope.container).id
    const open = this.containers.flatMap((each) => [...each.wires].map((wire) => [each, wire] as const))
    return this.#streamFaults.order(fault, { ...scope, container }, open)
  }

  /** Takes away what is wrong with a container's streams, or with all streams and requests. Streams that broke or ended stay so. */
  calm(reference?: string): void {
    if (reference === undefined) this.#callFaults.clear()
    this.#streamFaults.calm(reference === undefined ? undefined : this.present(reference))
  }

  /** Does something wrong to requests until what is returned is disposed. @throws EngineError `not_found` */
  disturbCalls(fault: CallFault, scope: CallScope): Disposable {
    const container = scope.container === undefined ? undefined : this.present(scope.container).id
    return this.#callFaults.order(fault, { ...scope, container })
  }

  /** The head of an answer to who asks for events waits for the first one, until what is returned is disposed. */
  delayEventHeads(): Disposable {
    const delay = new DisposableStack()
    delay.defer(() => this.#availability.tell())
    delay.use(this.events.delayHeads())
    return delay
  }

  /**
   * The daemon dies: connections break and new ones are refused, until what is returned is disposed or {@link comeBack}. Containers go on, or end
   * where there is no live restore.
   */
  goAway(options: { containers?: 'live-restore' | 'end' } = {}): Disposable {
    const outage = this.#availability.begin('away')
    for (const container of this.#containers.values()) {
      for (const wire of container.wires)
        wire.fail(new EngineError('unavailable', 'The connection was reset'))
      if (options.containers === 'end') this.#end(container, 0)
    }
    return outage
  }

  /** As SIGSTOP does: nothing is answered, sent or ended until what is returned is disposed or {@link comeBack}. */
  hang(): Disposable {
    return this.#availability.begin('hung')
  }

  /** New connections are refused and those that stand go on, until what is returned is disposed or {@link comeBack}. */
  refuseConnections(): Disposable {
    return this.#availability.begin('refusing')
  }

  /** The daemon is there again, whatever kept it. */
  comeBack(): void {
    this.#availability.comeBack()
  }

  /** It is another version from now on, as after an upgrade. */
  become(personality: EnginePersonality): void {
    this.#personality = personality
  }

  /**
   * For who serves it: what goes wrong with the request that arrives now, or null. To be asked once for each request.
   * @param reference the container it names
   */
  takeCallFault(operation: EngineOperation, reference?: string): DisturbedCall | null {
    return this.#callFaults.take(operation, reference === undefined ? undefined : this.find(reference))
  }

  /** Like {@link find}. @throws EngineError `not_found` */
  present(reference: string): SimulatedContainer {
    const container = this.find(reference)
    if (container === undefined) throw notFound(reference)
    return container
  }

  #storeLogOf(container: SimulatedContainer): void {
    const { id, logDriver, logFilesMax } = container
    const isStored =
      this.#logDisk !== null && logDriver === 'json-file' && this.personality.product === 'docker'
    if (!isStored || container.logPath !== '') return
    container.logPath = `${LOG_DIRECTORY}/${id}/${id}-json.log`
    container.log.copy = new JsonLogFiles(this.#logDisk!, container.logPath, logFilesMax)
  }

  #countReply(linesScanned: number): void {
    const { statistics } = this
    statistics.logReplies += 1
    statistics.linesScanned += linesScanned
    statistics.linesScannedByOneReply = Math.max(statistics.linesScannedByOneReply, linesScanned)
  }

  #findAdded(reference: string): SimulatedContainer | undefined {
    return this.#added.findLast(({ id, name }) => name === reference || id.startsWith(reference))
  }

  #endBySignal(container: SimulatedContainer, signal: number): boolean {
    if (!container.running) return false
    this.#emit('kill', container, { signal: String(signal) })
    if (signal !== SIGKILL) this.unpause(container.id)
    this.#end(container, SIGNAL_EXIT_CODE + signal)
    return true
  }

  #end(container: SimulatedContainer, exitCode: number): void {
    if (!container.running) return
    container.endWork()
    container.state = 'exited'
    container.finishedAt = this.host.clock.wallTime()
    container.exitCode = exitCode
    this.#emit('die', container, { exitCode: String(exitCode), ...this.#duration(container) })
    if (!container.autoRemove) return
    this.host.schedule(REMOVAL_DELAY_MS, `remove ${container.name}`, () => {
      if (container.state === 'exited') this.remove(container.id)
    })
  }

  #startAfter(container: SimulatedContainer, delayMs: number): void {
    if (delayMs === 0) return this.start(container.id)
    this.host.schedule(delayMs, `start ${container.name}`, () => {
      if (container.state === 'created') this.start(container.id)
    })
  }

  /** Unless somebody ends it before. */
  #endInTime(container: SimulatedContainer): void {
    const { lastsMs, startedAt } = container
    if (lastsMs === null) return
    this.host.schedule(lastsMs, `end ${container.name}`, () => {
      if (container.startedAt === startedAt) this.#end(container, 0)
    })
  }

  #duration({ startedAt, finishedAt }: SimulatedContainer): Readonly<Record<string, string>> {
    if (!this.personality.dieTellsDuration) return {}
    return { execDuration: String(Math.floor((finishedAt! - startedAt!) / 1000)) }
  }

  #emit(
    action: string,
    { id, name, labels, image }: SimulatedContainer,
    more: Readonly<Record<string, string>> = {},
  ): void {
    const attributes = { ...labels, image, name, ...more }
    this.events.publish({ action, id, name, labels, attributes, at: this.host.clock.wallTime() })
  }

  #forget(storedListener: Disposable): void {
    storedListener[Symbol.dispose]()
    if (this.#storedListeners.size > 0) return
    for (const watch of this.#logWatches.splice(0)) watch[Symbol.dispose]()
  }
}

const SIGKILL = 9
const LOG_DIRECTORY = '/var/lib/docker/containers'
/** Parts of a path before the id. */
const LOG_DIRECTORY_DEPTH = LOG_DIRECTORY.split('/').length
/** Between the end of a container that is removed with its end, and its removal, as measured on an idle machine. */
const REMOVAL_DELAY_MS = 10
const SIGTERM = 15
/** Exit code of a process that a signal ended: this plus the signal's number. */
const SIGNAL_EXIT_CODE = 128
function notFound(reference: string): EngineError {
  return new EngineError('not_found', `No such container: ${reference}`)
}
