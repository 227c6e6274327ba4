import {
  EngineError,
  type CallOptions,
  type ContainerDetails,
  type ContainerEvent,
  type ContainerSummary,
  type DockerEngine,
  type EngineInfo,
  type EventStream,
  type LogStream,
  type OpenLogsOptions,
} from '../../../reference/ports/index.ts'
import type { LedgerEntry } from '../../world/resource-ledger.ts'
import type { SeededRandom } from '../../world/seeded-random.ts'
import type { Wire } from '../../wire/wire.ts'
import type { EngineEvent } from '../engine-event.ts'
import type { Host } from '../../world/host.ts'
import { EventSource } from './event-source.ts'
import { gatheredDeliveries, type Schedule } from './gathered-deliveries.ts'
import { LogSource } from './log-source.ts'
import { SimulatedCall, type SimulatedCallOptions } from './simulated-call.ts'
import type { SimulatedContainer } from '../simulated-container.ts'
import type { ContainerEngine } from '../container-engine.ts'
import { SimulatedStream } from './simulated-stream.ts'

/** Virtual milliseconds, drawn between the two. */
export interface LatencyRange {
  readonly minMs: number
  readonly maxMs: number
}

export interface ConnectOptions {
  /** A request or an answer on its way. Default 0.2 to 8 ms. */
  readonly callLatency?: LatencyRange
  /** Bytes or an event on their way to a pending read. Default 0.05 to 3 ms. */
  readonly readLatency?: LatencyRange
  /** Until the release of a stream is acknowledged. Default 0.05 to 2 ms. */
  readonly closeLatency?: LatencyRange
  /**
   * The client looks at streams of which it has read all that was there only at each multiple of so many virtual milliseconds, and is then given all that has come new,
   * on all of them, in one event; but when it asks for a log besides following it, at that moment: a thousand chatty streams run ten times as fast, with fewer orders of events. Default 0: each piece is an event of its own.
   */
  readonly gather?: { readonly ms: number }
}

/** A client of the simulated engine, in process: the `DockerEngine` port of the virtual world. Every completion is an event of the world. */
export class SimulatedDockerEngine implements DockerEngine {
  readonly #host: Host
  readonly #engine: ContainerEngine
  readonly #random: SeededRandom
  readonly #callLatency: () => number
  readonly #readLatency: () => number
  readonly #closeLatency: () => number
  readonly #deliver: Schedule
  readonly #gathers: boolean
  readonly #calls = new Set<{ retry(): void; refuse(error: unknown): void }>()
  readonly #streams = new Map<object, ConnectedStream>()
  #availability: Disposable | null = null
  /** Another one after each close. */
  #lifetime: object = {}

  constructor(host: Host, engine: ContainerEngine, options: ConnectOptions = {}) {
    this.#host = host
    this.#engine = engine
    this.#random = host.random.fork('engine client')
    this.#callLatency = this.#drawing(options.callLatency ?? { minMs: 0.2, maxMs: 8 })
    this.#readLatency = this.#drawing(options.readLatency ?? { minMs: 0.05, maxMs: 3 })
    const gatherMs = options.gather?.ms ?? 0
    this.#gathers = gatherMs > 0
    this.#deliver = this.#gathers
      ? gatheredDeliveries(host, gatherMs)
      : (...delivery) => host.schedule(...delivery)
    this.#closeLatency = this.#drawing(options.closeLatency ?? { minMs: 0.05, maxMs: 2 })
  }

  info({ signal }: CallOptions): Promise<EngineInfo> {
    const { product, version, apiVersion } = this.#engine.personality
    return this.#call({
      operation: 'info',
      description: 'info',
      signal,
      travelsBack: true,
      answer: () => ({ kind: product, version, apiVersion }),
    })
  }

  listContainers({ signal }: CallOptions): Promise<ContainerSummary[]> {
    return this.#call({
      operation: 'list',
      description: 'list containers',
      nothing: [],
      signal,
      travelsBack: true,
      answer: () => this.#engine.containers.map((container) => summary(container)),
    })
  }

  inspectContainer(id: string, { signal }: CallOptions): Promise<ContainerDetails> {
    return this.#call({
      operation: 'inspect',
      description: `inspect ${this.#nameOf(id)}`,
      container: id,
      signal,
      travelsBack: true,
      answer: () => this.#present(id).details(),
    })
  }

  async openEvents({ signal }: CallOptions): Promise<EventStream> {
    const { stream } = await this.#call<OpenedEvents>({
      operation: 'events',
      description: 'open events',
      signal,
      travelsBack: false,
      answer: (askedBy) => this.#eventStream(askedBy),
      isDue: ({ source }) => !source.delaysHead || source.state !== 'waiting',
      discard: (opened) => opened.stream.destroy(),
    })
    return stream
  }

  async openLogs(id: string, { signal, follow, tail }: OpenLogsOptions): Promise<LogStream> {
    const { stream } = await this.#call<OpenedLog>({
      operation: 'logs',
      description: `open log of ${this.#nameOf(id)}`,
      container: id,
      signal,
      travelsBack: false,
      hold: () => this.#engine.holdLogRequest(id, follow),
      answer: (askedBy) => {
        if (!follow && this.#gathers) this.#hurry(id)
        return this.#logStream(id, follow, tail ?? Infinity, askedBy)
      },
      isDue: ({ wire }) => !wire.delaysHead || wire.state !== 'waiting',
      discard: (opened) => opened.stream.destroy(),
    })
    return stream
  }

  /** Who asks for a log besides following it compares the two: what has come must not be held back. */
  #hurry(id: string): void {
    for (const stream of this.#streams.values()) if (stream.container === id) stream.hurry?.()
  }

  close(): void {
    this.#availability?.[Symbol.dispose]()
    this.#availability = null
    this.#lifetime = {}
    for (const call of this.#calls) call.refuse(closedError())
    for (const stream of this.#streams.values()) stream.fail(closedError())
  }

  /** The process with this client is dead: the engine sees its connections end, and nobody is left to be told anything. */
  abandon(): void {
    this.#availability?.[Symbol.dispose]()
    this.#calls.clear()
    for (const stream of this.#streams.values()) stream.disconnect()
    this.#streams.clear()
  }

  #call<T>(options: Omit<SimulatedCallOptions<T>, 'latency' | 'onSettled'>): Promise<T> {
    if (options.signal.aborted) return Promise.reject(options.signal.reason)
    this.#availability ??= this.#engine.onAvailability(() => this.#goOn())
    const call = new SimulatedCall<T>(this.#host, this.#engine, {
      ...options,
      latency: this.#callLatency,
      onSettled: (settled) => this.#calls.delete(settled),
    })
    this.#calls.add(call)
    return call.promise
  }

  #logStream(id: string, follow: boolean, tail: number, askedBy: LedgerEntry): OpenedLog {
    const wire = this.#engine.openLog(id, {
      follow,
      tail,
      // Podman is asked in its own API, which frames what a terminal wrote too.
      ...(this.#engine.personality.product === 'podman' && { framed: true }),
    })
    const source = new LogSource(wire, this.#random)
    const stream = new SimulatedStream<Uint8Array>(this.#host, {
      ...this.#streamOptions(),
      source,
      askedBy,
      name: this.#nameOf(id),
      kind: follow ? 'log-stream' : 'log-snapshot',
      readKind: 'read',
      ...(wire.delaysHead && { onSourceChange: () => this.#retryCalls() }),
    })
    this.#streams.set(stream, {
      container: id,
      hurry: () => stream.hurry(),
      pump: () => stream.pump(),
      fail: (error) => wire.fail(error),
      disconnect: () => source.close(),
    })
    return { stream, wire }
  }

  #eventStream(askedBy: LedgerEntry): OpenedEvents {
    const source = new EventSource(this.#engine, containerEvent)
    const stream = new SimulatedStream<ContainerEvent>(this.#host, {
      ...this.#streamOptions(),
      source,
      askedBy,
      name: 'events',
      kind: 'event-stream',
      readKind: 'event-read',
      ...(source.delaysHead && { onSourceChange: () => this.#retryCalls() }),
    })
    this.#streams.set(stream, {
      pump: () => stream.pump(),
      fail: (error) => source.fail(error),
      disconnect: () => source.close(),
    })
    return { stream, source }
  }

  #streamOptions(): {
    readLatency: () => number
    closeLatency: () => number
    deliver: Schedule
    isHeld: () => boolean
    onDestroyed: (stream: object) => void
  } {
    const lifetime = this.#lifetime
    return {
      readLatency: this.#readLatency,
      closeLatency: this.#closeLatency,
      deliver: this.#deliver,
      // What this client breaks itself reaches its readers even while the engine hangs.
      isHeld: () => this.#engine.availability === 'hung' && this.#lifetime === lifetime,
      onDestroyed: (stream) => void this.#streams.delete(stream),
    }
  }

  /** The engine came back, went away or was calmed. */
  #goOn(): void {
    this.#retryCalls()
    for (const stream of this.#streams.values()) stream.pump()
  }

  #retryCalls(): void {
    for (const call of this.#calls) call.retry()
  }

  #present(id: string): SimulatedContainer {
    const container = this.#engine.find(id)
    if (container === undefined) throw new EngineError('not_found', `No such container: ${id}`)
    return container
  }

  #nameOf(id: string): string {
    return this.#engine.find(id)?.name ?? id.slice(0, 12)
  }

  #drawing({ minMs, maxMs }: LatencyRange): () => number {
    return () => this.#random.between(minMs, maxMs)
  }
}

interface OpenedEvents {
  readonly stream: EventStream
  readonly source: EventSource<ContainerEvent>
}

interface ConnectedStream {
  /** Whose log it is. */
  readonly container?: string
  pump(): void
  hurry?(): void
  fail(error: EngineError): void
  disconnect(): void
}

interface OpenedLog {
  readonly stream: SimulatedStream<Uint8Array>
  readonly wire: Wire
}

function summary(container: SimulatedContainer): ContainerSummary {
  const { id, name, labels, running } = container
  return { id, name, labels, running }
}

function containerEvent({ action, id, name, labels }: EngineEvent): ContainerEvent {
  return { action, id, name, labels }
}

function closedError(): EngineError {
  return new EngineError('unavailable', 'The connection to the engine was closed')
}
