import { SimulatedJetStream } from '../jetstream/simulated-jet-stream.ts'
import type { SimulatedSink } from '../sinks/simulated-sink.ts'
import type { Host } from '../world/host.ts'

/** Servers on other machines: they survive a power cut of this one. */
export class Network {
  readonly jetStream: SimulatedJetStream
  /** Servers that take requests, by origin, such as `http://loki:3100`. Every other name is not found. */
  readonly sinks: Record<string, SimulatedSink> = {}

  constructor(host: Host) {
    this.jetStream = new SimulatedJetStream(host)
  }
}
