import type { Ports } from '../reference/ports/index.ts'
import { RecordingLogger } from './recording-logger.ts'
import { SimulatedHostProcess } from './simulated-host-process.ts'
import { SimulatedStandardOutput } from './simulated-standard-output.ts'
import type { World } from './world.ts'

/** The ports of a collector that runs in a world, with what a test wants to look at. */
export interface VirtualPorts extends Ports {
  readonly logger: RecordingLogger
  readonly output: SimulatedStandardOutput
}

/** How many processes each world has had: each draws other random numbers. */
const processes = new WeakMap<World, number>()

/** Complete ports on the world's machine, as for a process that starts now. */
export function virtualPorts(world: World, overrides: Partial<VirtualPorts>): VirtualPorts {
  const process = (processes.get(world) ?? 0) + 1
  processes.set(world, process)
  const output = overrides.output ?? new SimulatedStandardOutput(world)
  return {
    clock: world.clock,
    random: world.random.fork(`process ${process}`),
    fileSystem: world.fileSystem,
    engine: overrides.engine ?? world.engine.connect(),
    http: world.http,
    process: new SimulatedHostProcess(world),
    logger: new RecordingLogger(() => world.nowMs),
    output,
    stdout: output.write,
    ...overrides,
  }
}
