import { SimulatedDockerEngine, type ConnectOptions } from './client/simulated-docker-engine.ts'
import { ContainerEngine } from './container-engine.ts'

export type { EngineStatistics, SimulatedEngineOptions } from './container-engine.ts'

/** A container engine, and clients in process that are connected to it. */
export class SimulatedEngine extends ContainerEngine {
  /** A client of its own, with its own connections. */
  connect(options: ConnectOptions = {}): SimulatedDockerEngine {
    return new SimulatedDockerEngine(this.host, this, options)
  }
}
