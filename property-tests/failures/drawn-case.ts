import fc from 'fast-check'
import { CollectorRig } from '../collector/collector-rig.ts'
import type { Command, Family, Session } from '../collector/command.ts'
import type { RigOptions } from '../collector/rig-options.ts'
import { arbitrariesOf, commandsOf, type CollectorPropertyOptions } from '../collector.property.ts'

/** A case of the collector's property as it was drawn: the world, and what may happen in it. */
export interface DrawnCase {
  readonly rig: RigOptions
  readonly families: readonly Family[]
  readonly commands: readonly Command[]
}

/** How a case is run. */
export interface CaseRun {
  /** Places of the commands that are run, of those that apply. Default all. */
  readonly only?: ReadonlySet<number>
  /** Told of the world before anything happens. */
  readonly onBegin?: (rig: CollectorRig) => void
  /** Told of each command before it is run, with its place. */
  readonly onCommand?: (command: Command, place: number, rig: CollectorRig) => void
  /** Asked before each command: once it is true nothing but the end happens. */
  readonly isOver?: () => boolean
}

/** The case that a seed and a number of a run stand for. */
export function drawCase(options: CollectorPropertyOptions, run: number): DrawnCase {
  let drawn: DrawnCase | undefined
  const property = fc.property(...arbitrariesOf(options), (rig, families, sequence) => {
    drawn = { rig, families, commands: [...sequence] }
  })
  fc.assert(property, { seed: options.seed, path: String(run), numRuns: 1 })
  if (drawn === undefined)
    throw new Error(`Cannot draw run ${run} of seed ${options.seed}: nothing was drawn`)
  return drawn
}

/** Runs a case up to its end: faults off, everything delivered, a stop. @returns what failed; null when everything held */
export async function runCase(drawn: DrawnCase, how: CaseRun = {}): Promise<Error | null> {
  const { only, onBegin, onCommand, isOver = () => false } = how
  const rig = new CollectorRig(drawn.rig)
  onBegin?.(rig)
  const session: Session = { rig, families: drawn.families, onCommand: () => {}, left: commandsOf(drawn.rig) }
  try {
    for (const [place, command] of drawn.commands.entries()) {
      if (isOver()) break
      if (only?.has(place) === false || !command.check(session)) continue
      onCommand?.(command, place, rig)
      // oxlint-disable-next-line no-await-in-loop -- a sequence
      await command.run(session, session)
    }
    await rig.finish()
    return null
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
