import { gunzipSync, gzipSync } from 'node:zlib'
import { compressSync } from 'snappy'
import type { Ports } from '../../reference/ports/index.ts'
import { SimulatedDockerEngine, type ConnectOptions } from '../engine/client/simulated-docker-engine.ts'
import { SimulatedHttpClient } from '../sinks/simulated-http-client.ts'
import { SimulatedJetStreamClient } from '../jetstream/simulated-jet-stream-client.ts'
import type { SimulatedEngine } from '../engine/simulated-engine.ts'
import type { Machine } from './machine.ts'
import type { Network } from './network.ts'
import { RecordingLogger } from './recording-logger.ts'
import { SimulatedHostProcess } from './simulated-host-process.ts'
import { SimulatedStandardOutput } from './simulated-standard-output.ts'
import type { VirtualProcess } from './virtual-process.ts'

/** The ports of a collector that runs in a world, with what a test wants to look at. */
export interface VirtualPorts extends Ports {
  readonly logger: RecordingLogger
  readonly output: SimulatedStandardOutput
}

/** Complete ports, as for a process that starts on the machine now. Each draws other random numbers. */
export function virtualPorts(
  machine: Machine,
  network: Network,
  overrides: Partial<VirtualPorts>,
  client: ConnectOptions,
): VirtualPorts {
  const { simulation, fileSystem, http } = machine
  const process = machine.startProcess()
  const output = overrides.output ?? new SimulatedStandardOutput(process)
  return {
    clock: simulation.clock.forProcess(process),
    random: simulation.random.fork(`process ${process.number}`),
    fileSystem: fileSystem.forProcess(process),
    engine: overrides.engine ?? connect(process, machine.engine, client),
    http: http.forProcess(process),
    jetStream: new SimulatedJetStreamClient(process, network.jetStream),
    process: new SimulatedHostProcess({ ledger: simulation.ledger, fileSystem }),
    logger: new RecordingLogger(() => simulation.nowMs),
    gzip: compressing(process, 'gzip', gzipSync),
    snappy: compressing(process, 'snappy', (bytes) => compressSync(Buffer.from(bytes))),
    httpClient: () => connectToSinks(process, network),
    async *gunzip(packed) {
      const pieces: Uint8Array[] = []
      for await (const piece of packed) pieces.push(piece)
      await new Promise<void>((resolve) => void process.schedule(COMPRESSION_MS, 'gunzip', resolve))
      yield gunzipSync(Buffer.concat(pieces))
    },
    output,
    stdout: output.write,
    ...overrides,
  }
}

function connect(
  process: VirtualProcess,
  engine: SimulatedEngine,
  options: ConnectOptions,
): SimulatedDockerEngine {
  const client = new SimulatedDockerEngine(process, engine, options)
  process.onDeath(() => client.abandon())
  return client
}

/** Compresses when its time is over. */
function compressing(
  process: VirtualProcess,
  name: string,
  compress: (bytes: Uint8Array) => Uint8Array,
): (bytes: Uint8Array) => Promise<Uint8Array> {
  return (bytes) =>
    new Promise((resolve) => void process.schedule(COMPRESSION_MS, name, () => resolve(compress(bytes))))
}

function connectToSinks(process: VirtualProcess, { sinks }: Network): SimulatedHttpClient {
  const client = new SimulatedHttpClient(process, sinks)
  process.onDeath(() => client.abandon())
  return client
}

const COMPRESSION_MS = 1
