import type { Simulation } from '../world/simulation.ts'

/** I1: no more logs are followed at once than the slot pool has slots. Snapshots do not count. */
export function streamsWithinCapacity(world: Simulation, options: { capacity: number }): Disposable {
  return world.invariant('I1 open streams <= pool capacity', () => {
    const open = world.ledger.count('log-stream')
    return open <= options.capacity ? undefined : `${open} streams are open, capacity ${options.capacity}`
  })
}

/** I2: no more files are open than the sink may hold, plus what else the collector needs. */
export function filesWithinLimit(world: Simulation, options: { limit: () => number }): Disposable {
  return world.invariant('I2 open files <= limit', () => {
    const open = world.ledger.count('file')
    const limit = options.limit()
    return open <= limit ? undefined : `${open} files are open, limit ${limit}`
  })
}
