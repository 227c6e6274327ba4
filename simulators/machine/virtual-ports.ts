import { gunzipSync, gzipSync } from 'node:zlib'
import { compressSync } from 'snappy'
import type { Ports } from '../../reference/ports/index.ts'
import { SimulatedDockerEngine, type ConnectOptions } from '../engine/client/simulated-docker-engine.ts'
import { SimulatedHttpClient } from '../sinks/simulated-http-client.ts'
import { SimulatedJetStreamClient } from '../jetstream/simulated-jet-stream-client.ts'
import type { SimulatedEngine } from '../engine/simulated-engine.ts'
import type { Machine } from './machine.ts'
import { MicroTaskJitter } from './micro-task-jitter.ts'
import type { Network } from './network.ts'
import { RecordingLogger } from './recording-logger.ts'
import { SimulatedDiagnostics } from './simulated-diagnostics.ts'
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
  const process = machine.startProcess()
  const ports = portsOf(process, machine, network, overrides, client)
  if (!machine.microTaskJitter) return { ...ports, ...overrides }
  const random = machine.simulation.random.fork(`micro-tasks of process ${process.number}`)
  return { ...jittered(ports, new MicroTaskJitter(random)), ...overrides }
}

function portsOf(
  process: VirtualProcess,
  { simulation, fileSystem, http, engine }: Machine,
  network: Network,
  overrides: Partial<VirtualPorts>,
  client: ConnectOptions,
): VirtualPorts {
  const output = overrides.output ?? new SimulatedStandardOutput(process)
  return {
    clock: simulation.clock.forProcess(process),
    random: simulation.random.fork(`process ${process.number}`),
    fileSystem: fileSystem.forProcess(process),
    engine: overrides.engine ?? connect(process, engine, client),
    http: http.forProcess(process),
    jetStream: new SimulatedJetStreamClient(process, network.jetStream),
    process: new SimulatedHostProcess({ ledger: simulation.ledger, fileSystem }),
    diagnostics: new SimulatedDiagnostics(process),
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
  }
}

function jittered(ports: VirtualPorts, jitter: MicroTaskJitter): VirtualPorts {
  const { clock, fileSystem, engine, jetStream, gzip, snappy, httpClient, stdout } = ports
  return {
    ...ports,
    clock: jitter.port(clock),
    fileSystem: jitter.port(fileSystem),
    engine: jitter.port(engine),
    jetStream: jitter.port(jetStream),
    httpClient: (options) => jitter.port(httpClient(options)),
    gzip: jitter.call(gzip),
    snappy: jitter.call(snappy),
    stdout: jitter.call(stdout),
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
