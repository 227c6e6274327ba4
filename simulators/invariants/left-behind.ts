import { describeEntry } from '../world/resource-ledger.ts'
import type { Simulation } from '../world/simulation.ts'

/**
 * I8, asked once after a stop: everything that is still open in the ledger or still runs, a sentence each. Empty for a program that gave
 * everything back.
 * @param tasks the program's live tasks
 */
export function leftBehind(
  world: Simulation,
  tasks: { list(): readonly { readonly kind: string; readonly name: string }[] } = { list: () => [] },
): string[] {
  return [
    ...world.ledger.list().map((entry) => describeEntry(entry)),
    ...tasks.list().map((task) => `task: ${task.kind} ${task.name}`),
  ]
}
