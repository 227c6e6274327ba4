import type { SimulatedEngine, SimulatedEngineOptions } from './engine/simulated-engine.ts'
import type { ConnectOptions } from './engine/client/simulated-docker-engine.ts'
import type { Fault } from './faults/fault.ts'
import type { CrashKind } from './file-system/crash-kind.ts'
import type { SimulatedFileSystem, SimulatedFileSystemOptions } from './file-system/simulated-file-system.ts'
import type { SimulatedJetStream } from './jetstream/simulated-jet-stream.ts'
import { Machine } from './machine/machine.ts'
import { Network } from './machine/network.ts'
import type { SimulatedHttpServer } from './machine/simulated-http-server.ts'
import { virtualPorts, type VirtualPorts } from './machine/virtual-ports.ts'
import type { SimulatedSink } from './sinks/simulated-sink.ts'
import { Simulation, type SimulationOptions } from './world/simulation.ts'

export interface WorldOptions extends SimulationOptions {
  /** The machine's container engine. */
  readonly engine?: SimulatedEngineOptions
  /** The machine's file system. */
  readonly fileSystem?: SimulatedFileSystemOptions
  /** How the engine's clients in {@link World.ports} are connected. */
  readonly client?: ConnectOptions
  /**
   * Promises of the ports that processes are given settle some micro-tasks later, drawn from the seed. It shows code whose outcome depends on how many there are, such as
   * a waiter that another overtakes each time. Default false.
   */
  readonly microTaskJitter?: boolean
}

/** A simulation with one machine, and the servers that can be reached from it. */
export class World extends Simulation {
  /** The machine's container engine: it survives the program under test. */
  readonly engine: SimulatedEngine
  readonly fileSystem: SimulatedFileSystem
  /** What listens on the machine. */
  readonly http: SimulatedHttpServer
  /** A server on another machine. */
  readonly jetStream: SimulatedJetStream
  /** What can be shipped to from here, by origin, such as `http://loki:3100`. Every other name is not found. */
  readonly sinks: Record<string, SimulatedSink>
  readonly #machine: Machine
  readonly #network: Network
  readonly #client: ConnectOptions

  constructor(options: WorldOptions) {
    super(options)
    this.#client = options.client ?? {}
    this.#machine = new Machine(this, options)
    this.#network = new Network(this)
    this.engine = this.#machine.engine
    this.fileSystem = this.#machine.fileSystem
    this.http = this.#machine.http
    this.jetStream = this.#network.jetStream
    this.sinks = this.#network.sinks
  }

  /** Makes something go wrong, until what is returned is disposed. @throws EngineError `not_found` when the container is not there */
  inject(fault: Fault<World>): Disposable {
    return fault.inject(this)
  }

  /** Everything a collector is given, on this world's machine. Each call is a process of its own: own logger, own randomness. */
  ports(overrides: Partial<VirtualPorts> = {}): VirtualPorts {
    return virtualPorts(this.#machine, this.#network, overrides, this.#client)
  }

  /**
   * Ends every process that was given {@link ports}, at once: its timers, calls, sockets and files are gone, and none of its code runs again.
   * The engine goes on, as one on another machine or supervised on its own would.
   * - `kill`: as `kill -9`. What had reached the kernel stays.
   * - `power`: as a power cut of the machine with the disk. What was not synced is kept, lost or torn.
   */
  crash({ kind }: { kind: CrashKind }): void {
    this.#machine.crash({ kind })
  }
}
