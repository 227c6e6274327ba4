import { hash } from 'node:crypto'
import type { TracedEvent } from '../world/event-trace.ts'
import type { Simulation } from '../world/simulation.ts'
import { intoList } from '../world/watched-simulations.ts'
import { World } from '../world.ts'

/** What happened in one simulation, and what it left. */
export interface SimulationOutcome {
  readonly seed: number
  /** Over time and label of every event. */
  readonly traceHash: string
  readonly events: readonly TracedEvent[]
  /** What the files of its machine hold, a character for each byte, in the order of their paths. None where it has no machine. */
  readonly files: readonly { readonly path: string; readonly contents: string }[]
}

/** What a block of code came to: of each simulation that it made, in their order. */
export type Outcome = readonly SimulationOutcome[]

/** Runs a block of code and tells what happened in the simulations that it makes. Each keeps all of its events, some 50 bytes each. */
export async function watchOutcome<T>(
  block: () => Promise<T>,
): Promise<{ readonly value: T; readonly outcome: Outcome }> {
  const made: Simulation[] = []
  const value = await intoList(made, block)
  return { value, outcome: made.map(outcomeOf) }
}

/** 16 hexadecimal digits over all of it. */
export function hashOutcome(outcome: Outcome): string {
  const parts = outcome.map(({ seed, traceHash, files }) => [seed, traceHash, files])
  return hash('sha256', JSON.stringify(parts)).slice(0, 16)
}

function outcomeOf(simulation: Simulation): SimulationOutcome {
  const { seed, traceHash, trace } = simulation
  const files =
    simulation instanceof World ? simulation.fileSystem.disk.files() : new Map<string, Uint8Array>()
  return {
    seed,
    traceHash,
    events: trace,
    files: [...files].map(([path, bytes]) => ({ path, contents: Buffer.from(bytes).toString('latin1') })),
  }
}
