import type { Simulation } from '../world/simulation.ts'

/** What this needs of a registry of tasks. */
export interface TaskLister {
  /** Tasks that nobody will ever join. */
  orphans(): readonly { readonly kind: string; readonly name: string; readonly scope: string }[]
}

/**
 * I3: every task belongs to a live scope. Asking costs time for every task, so it is asked once per `everyMs` of virtual time (default one second):
 * a task that is orphaned for less than that may be missed, one that never ends is not.
 */
export function noOrphanedTasks(
  world: Simulation,
  tasks: TaskLister,
  options: { everyMs?: number } = {},
): Disposable {
  let nextMs = 0
  return world.invariant('I3 every task belongs to a live scope', () => {
    if (world.nowMs < nextMs) return undefined
    nextMs = world.nowMs + (options.everyMs ?? 1000)
    const orphans = tasks.orphans().map((task) => `${task.kind} ${task.name} of ${task.scope}`)
    return orphans.length === 0 ? undefined : `orphaned: ${orphans.join('; ')}`
  })
}
