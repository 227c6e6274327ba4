import { gunzipSync, gzipSync } from 'node:zlib'
import { compressSync } from 'snappy'
import type { Ports } from '../reference/ports/index.ts'
import { SimulatedDockerEngine } from './engine/simulated-docker-engine.ts'
import { RecordingLogger } from './recording-logger.ts'
import { SimulatedHttpClient } from './sinks/simulated-http-client.ts'
import { SimulatedHostProcess } from './simulated-host-process.ts'
import { SimulatedStandardOutput } from './simulated-standard-output.ts'
import type { VirtualProcess } from './virtual-process.ts'
import type { World } from './world.ts'

/** The ports of a collector that runs in a world, with what a test wants to look at. */
export interface VirtualPorts extends Ports {
  readonly logger: RecordingLogger
  readonly output: SimulatedStandardOutput
}

/** How many processes each world has had: each draws other random numbers. */
const processes = new WeakMap<World, number>()

/** Complete ports on the world's machine, as for a process that starts now. */
export function virtualPorts(
  world: World,
  process: VirtualProcess,
  overrides: Partial<VirtualPorts>,
): VirtualPorts {
  const number = (processes.get(world) ?? 0) + 1
  processes.set(world, number)
  const output = overrides.output ?? new SimulatedStandardOutput(process)
  return {
    clock: world.clock.forProcess(process),
    random: world.random.fork(`process ${number}`),
    fileSystem: world.fileSystem.forProcess(process),
    engine: overrides.engine ?? connect(world, process),
    http: world.http.forProcess(process),
    jetStream: world.jetStream.forProcess(process),
    process: new SimulatedHostProcess(world),
    logger: new RecordingLogger(() => world.nowMs),
    gzip: compressing(process, 'gzip', gzipSync),
    snappy: compressing(process, 'snappy', (bytes) => compressSync(Buffer.from(bytes))),
    httpClient: () => connectToSinks(world, process),
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

function connect(world: World, process: VirtualProcess): SimulatedDockerEngine {
  const engine = new SimulatedDockerEngine(process, world.engine)
  process.onDeath(() => engine.abandon())
  return engine
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

function connectToSinks(world: World, process: VirtualProcess): SimulatedHttpClient {
  const client = new SimulatedHttpClient(process, world.sinks)
  process.onDeath(() => client.abandon())
  return client
}

const COMPRESSION_MS = 1
