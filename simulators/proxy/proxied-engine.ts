import { EngineError } from '../../reference/ports/index.ts'
import { Availability, type EngineAvailability } from '../engine/availability.ts'
import {
  CallFaults,
  type CallFault,
  type CallScope,
  type DisturbedCall,
  type EngineOperation,
} from '../engine/call-faults.ts'
import type { ContainerIdentity } from '../wire/container-identity.ts'
import type { DisturbableEngine } from '../wire/disturbable-engine.ts'
import type { Hold } from '../wire/hold.ts'
import type { StreamFault, StreamScope } from '../wire/stream-fault.ts'
import { StreamFaults } from '../wire/stream-faults.ts'
import { Wire } from '../wire/wire.ts'
import type { Host } from '../world/host.ts'
import { PassedReply } from './passed-reply.ts'

/** The containers that were met. */
export interface KnownContainers {
  find(reference: string): ContainerIdentity | undefined
}

/** A stream of an engine that is not simulated: what comes in, and the wire it goes over. */
export interface ProxiedStream {
  readonly reply: PassedReply
  readonly wire: Wire
}

/**
 * What is wrong with a real engine, as its clients are to see it. The engine knows nothing of it. A container is named by its id, a prefix of it, or its name, as
 * the engine resolves that when its log is asked for: an order may name one that is not there yet.
 */
export class ProxiedEngine implements DisturbableEngine {
  readonly host: Host
  readonly events: { dropStreams(): void } = { dropStreams: () => this.#dropEventStreams() }
  readonly #containers: KnownContainers
  readonly #availability = new Availability()
  readonly #streamFaults = new StreamFaults(() => this.#availability.tell())
  readonly #callFaults = new CallFaults(() => this.#availability.tell())
  readonly #logs = new Map<Wire, ContainerIdentity>()
  /** The streams of events, each with what delays its head. */
  readonly #eventStreams = new Map<Wire, Disposable | null>()
  #headDelays = 0

  constructor(host: Host, containers: KnownContainers) {
    this.host = host
    this.#containers = containers
  }

  get availability(): EngineAvailability {
    return this.#availability.current
  }

  /** Calls back when it went, came, hung or went on, or requests that were held back may go on. */
  onAvailability(listener: () => void): Disposable {
    return this.#availability.onChange(listener)
  }

  disturbStreams(fault: StreamFault, { container, streams, follow }: StreamScope): Disposable {
    const open = [...this.#logs].map(([wire, of]) => [of, wire] as const)
    return this.#streamFaults.order(fault, { container: container ?? null, streams, follow }, open)
  }

  disturbCalls(fault: CallFault, scope: CallScope): Disposable {
    return this.#callFaults.order(fault, scope)
  }

  delayEventHeads(): Disposable {
    this.#headDelays += 1
    const delay = new DisposableStack()
    delay.defer(() => {
      this.#headDelays -= 1
      if (this.#headDelays === 0) for (const held of this.#eventStreams.values()) held?.[Symbol.dispose]()
    })
    return delay
  }

  calm(reference?: string): void {
    if (reference === undefined) this.#callFaults.clear()
    const named = (text: string): ContainerIdentity => this.#containers.find(text) ?? { id: text, name: text }
    this.#streamFaults.calm(reference === undefined ? undefined : named(reference))
  }

  refuseConnections(): Disposable {
    return this.#availability.begin('refusing')
  }

  /** @throws Error when containers are to end with it: they are real */
  goAway({ containers }: { containers?: 'live-restore' | 'end' } = {}): Disposable {
    if (containers === 'end') throw new Error('the containers of a real engine cannot be ended with it')
    return this.#availability.begin('away')
  }

  hang(): Disposable {
    return this.#availability.begin('hung')
  }

  comeBack(): void {
    this.#availability.comeBack()
  }

  /** Whether an order for calls asks which container they are about. */
  get asksContainersOfCalls(): boolean {
    return this.#callFaults.areAboutContainers
  }

  /** What goes wrong with the request that arrives now, or null. To be asked once for each request. */
  takeCallFault(operation: EngineOperation, container: ContainerIdentity | undefined): DisturbedCall | null {
    return this.#callFaults.take(operation, container)
  }

  /** Whether an order may keep a request for a log without an answer. */
  get holdsLogRequests(): boolean {
    return this.#streamFaults.holdsRequests
  }

  /** Set when the request for this log is to be kept without an answer. To be asked once for each request. */
  holdLogRequest(container: ContainerIdentity, follow: boolean): Hold | null {
    return this.#streamFaults.holdRequest(container, follow)
  }

  /** An engine's answer to who asked for a log has begun. */
  openLog(
    container: ContainerIdentity,
    { framed, follow }: { framed: boolean; follow: boolean },
  ): ProxiedStream {
    const opened = this.#open(framed, follow, (wire) => {
      this.#logs.delete(wire)
      this.#streamFaults.closed(wire)
    })
    this.#logs.set(opened.wire, container)
    this.#streamFaults.opened(container, opened.wire)
    return opened
  }

  /** An engine's answer to who asked for events has begun. */
  openEvents(): ProxiedStream {
    const opened = this.#open(false, true, (wire) => this.#eventStreams.delete(wire))
    const delay = this.#headDelays > 0 ? opened.wire.impose({ delaysHead: true }) : null
    this.#eventStreams.set(opened.wire, delay)
    return opened
  }

  #open(framed: boolean, follow: boolean, onClosed: (wire: Wire) => void): ProxiedStream {
    const reply = new PassedReply(framed)
    return { reply, wire: new Wire(reply, { host: this.host, follow, framed, onClosed }) }
  }

  #dropEventStreams(): void {
    // Each that breaks takes itself out.
    for (const wire of this.#eventStreams.keys()) {
      wire.fail(new EngineError('unavailable', 'The connection was reset'))
    }
  }
}
