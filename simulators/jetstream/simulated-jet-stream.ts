import type { Host } from '../world/host.ts'
import { SinkFaults, type SinkFaultOrder } from '../sinks/sink-faults.ts'
import type { SinkFaultScope } from '../sinks/sink-fault.ts'
import type { JetStreamFault, JetStreamMessageFault, JetStreamRequestFault } from './jet-stream-fault.ts'
import { SimulatedStream, type SimulatedStreamOptions } from './simulated-stream.ts'

/** What a client has to know of a connection's end. */
export interface ServedConnection {
  /** The server is gone, or breaks it. */
  break(why: string): void
}

/**
 * A NATS server with JetStream, which outlives the processes that publish to it. What it has acknowledged it keeps over restarts.
 *
 *     world.jetStream.addStream({ name: 'LOGS', subjects: ['logs.>'] })
 *     using _fault = world.jetStream.inject({ kind: 'ack-lost' }, { times: 1 })
 */
export class SimulatedJetStream {
  readonly host: Host
  /** Headers and payload of one message, bytes. */
  maxMessageBytes: number = 1024 * 1024
  readonly #streams = new Map<string, SimulatedStream>()
  readonly #messageFaults: SinkFaults<JetStreamMessageFault>
  readonly #requestFaults: SinkFaults<JetStreamRequestFault>
  readonly #connections = new Set<ServedConnection>()
  #downs = 0
  #unauthorized = 0

  constructor(host: Host) {
    this.host = host
    this.#messageFaults = new SinkFaults(host.random.fork('jetstream message faults'))
    this.#requestFaults = new SinkFaults(host.random.fork('jetstream request faults'))
  }

  get isUp(): boolean {
    return this.#downs === 0
  }

  get takesCredentials(): boolean {
    return this.#unauthorized === 0
  }

  get connections(): number {
    return this.#connections.size
  }

  addStream(options: SimulatedStreamOptions): SimulatedStream {
    const stream = new SimulatedStream(options)
    this.#streams.set(options.name, stream)
    return stream
  }

  removeStream(name: string): void {
    this.#streams.delete(name)
  }

  stream(name: string): SimulatedStream | null {
    return this.#streams.get(name) ?? null
  }

  /** The stream that takes the subject. */
  streamOf(subject: string): SimulatedStream | null {
    return [...this.#streams.values()].find((stream) => stream.takes(subject)) ?? null
  }

  /** Lets something go wrong from now on; of several faults the one that was ordered first strikes. Dispose to end it. */
  inject(fault: JetStreamFault, scope: SinkFaultScope = {}): Disposable {
    switch (fault.kind) {
      case 'down':
        return this.#down()
      case 'unauthorized':
        return this.#refuse()
      case 'ack-lost':
      case 'no-responders':
      case 'full':
        return this.#messageFaults.add(fault, scope)
      case 'cut':
      case 'cut-after-store':
      case 'late':
      case 'slow':
      case 'hang':
        return this.#requestFaults.add(fault, scope)
    }
  }

  /** For clients: what is wrong with the request that comes now. */
  strike(isMessage: boolean): SinkFaultOrder<JetStreamMessageFault | JetStreamRequestFault> | null {
    const own = isMessage ? this.#messageFaults.strike() : null
    return own ?? this.#requestFaults.strike()
  }

  /** For clients. Dispose when it ends. */
  connected(connection: ServedConnection): Disposable {
    this.#connections.add(connection)
    return { [Symbol.dispose]: () => void this.#connections.delete(connection) }
  }

  #down(): Disposable {
    this.#downs += 1
    for (const connection of this.#connections) connection.break('the server has ended')
    const over = new DisposableStack()
    over.defer(() => (this.#downs -= 1))
    return over
  }

  #refuse(): Disposable {
    this.#unauthorized += 1
    const over = new DisposableStack()
    over.defer(() => (this.#unauthorized -= 1))
    return over
  }
}
