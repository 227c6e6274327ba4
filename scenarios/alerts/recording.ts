import type { World } from '../../simulators/index.ts'

/** A run of the collector whose metrics are recorded, as data. */
export interface Recording {
  /** Lower case with hyphens. */
  readonly name: string
  /** What goes wrong, or that nothing does. */
  readonly description: string
  /** The alerts that are to fire some time during it, and no others. */
  readonly fires: readonly string[]
  readonly minutes: number
  /** A known defect that is put back, or `null`. */
  readonly defect: string | null
  /** Streams that may be open at once. Default 50. */
  readonly slots?: number
  /** Files that a process may have open. Default is the world's. */
  readonly descriptorLimit?: number
  /** What a real process said of its memory and descriptors, a file in `recorded/`: it takes the place of what the world says. */
  readonly process?: string
  /** Whether the anomaly detector is switched on. Default false. */
  readonly anomaly?: boolean
  /** Whether lines may be pushed. Default false. */
  readonly push?: boolean
  /** Before the collector starts: which containers there are. */
  readonly prepare: (world: World) => void
  /** What happens at the beginning of a minute, from 1. Default nothing. */
  readonly atMinute?: (world: World, minute: number, people: People) => void
}

/** What people and programs around the collector do. Nobody waits for it to be over. */
export interface People {
  /** Somebody puts this below what the configuration of the recording says, and has it read again. */
  reload(more: string): void
  /** A program pushes a line. */
  push(): void
}
