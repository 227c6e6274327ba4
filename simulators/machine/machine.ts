import { SimulatedEngine, type SimulatedEngineOptions } from '../engine/simulated-engine.ts'
import type { CrashKind } from '../file-system/crash-kind.ts'
import { SimulatedFileSystem, type SimulatedFileSystemOptions } from '../file-system/simulated-file-system.ts'
import type { Simulation } from '../world/simulation.ts'
import { SimulatedHttpServer } from './simulated-http-server.ts'
import { VirtualProcess } from './virtual-process.ts'

export interface MachineOptions {
  readonly engine?: SimulatedEngineOptions
  readonly fileSystem?: SimulatedFileSystemOptions
  /** Promises of the ports that its processes are given settle some micro-tasks later, drawn from the seed. Default false. */
  readonly microTaskJitter?: boolean
}

/** A machine of a simulation: a container engine, a file system, what listens on it, and its processes. */
export class Machine {
  readonly simulation: Simulation
  readonly engine: SimulatedEngine
  readonly fileSystem: SimulatedFileSystem
  readonly http: SimulatedHttpServer
  readonly microTaskJitter: boolean
  readonly #running: VirtualProcess[] = []
  #started = 0

  constructor(simulation: Simulation, options: MachineOptions = {}) {
    this.simulation = simulation
    this.engine = new SimulatedEngine(simulation, options.engine)
    this.fileSystem = new SimulatedFileSystem(simulation, options.fileSystem)
    this.fileSystem.onCrash = (kind) => this.crash({ kind })
    if (options.engine?.storesLogs === true)
      this.fileSystem.beforeLook = this.engine.storeLogsOn(this.fileSystem.disk)
    this.http = new SimulatedHttpServer(simulation)
    this.microTaskJitter = options.microTaskJitter ?? false
  }

  /** Processes are numbered from 1, in the order they are started. */
  startProcess(): VirtualProcess {
    this.#started += 1
    const process = new VirtualProcess(this.simulation, this.#started)
    this.#running.push(process)
    return process
  }

  /** Ends every process, at once. The engine goes on. A power cut leaves of the disk what {@link SimulatedFileSystem.crash} says. */
  crash({ kind }: { kind: CrashKind }): void {
    const processes = this.#running.splice(0)
    this.fileSystem.crash({ kind, processes })
    for (const process of processes) process.die()
  }
}
