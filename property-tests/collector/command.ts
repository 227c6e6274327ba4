import type fc from 'fast-check'
import type { CollectorRig } from './collector-rig.ts'

/** A kind of thing that happens. Each run draws which kinds happen in it, so that some runs are all of one kind (swarm testing). */
export type Family =
  | 'restarts of the collector'
  | 'containers'
  | 'stream faults'
  | 'engine'
  | 'odd output'
  | 'lines'
  | 'stored logs'
  | 'disk'
  | 'sinks'
  | 'short lives'
  | 'discovery'
  | 'settings'

export const FAMILIES: readonly Family[] = [
  'restarts of the collector',
  'containers',
  'stream faults',
  'engine',
  'odd output',
  'lines',
  'stored logs',
  'disk',
  'sinks',
  'short lives',
  'discovery',
  'settings',
]

/** The engine is the model and the collector is what is real: both are in the rig. */
export type Command = fc.AsyncCommand<Session, Session>

export interface Session {
  readonly rig: CollectorRig
  readonly families: readonly Family[]
  /** Told about every command that is run. */
  readonly onCommand: (description: string) => void
  /** Commands that may still be run. */
  left: number
}

/** One thing that happens. */
export class Step implements Command {
  readonly #description: string
  readonly #family: Family | null
  readonly #applies: (rig: CollectorRig) => boolean
  readonly #run: (rig: CollectorRig) => Promise<void> | void

  constructor(
    description: string,
    family: Family | null,
    applies: (rig: CollectorRig) => boolean,
    run: (rig: CollectorRig) => Promise<void> | void,
  ) {
    this.#description = description
    this.#family = family
    this.#applies = applies
    this.#run = run
  }

  check({ rig, families, left }: Readonly<Session>): boolean {
    if (left === 0) return false
    return (this.#family === null || families.includes(this.#family)) && this.#applies(rig)
  }

  /** Even what takes no time is followed by the events of the moment, and these by the invariants. */
  async run(_model: Session, session: Session): Promise<void> {
    const { rig, onCommand } = session
    session.left -= 1
    onCommand(this.#description)
    await this.#run(rig)
    await rig.advance(0)
  }

  toString(): string {
    return this.#description
  }
}

/** What happens to a container, if it is there. */
export function onContainer(
  description: string,
  family: Family,
  name: string,
  run: (rig: CollectorRig) => void,
): Command {
  return new Step(description, family, (rig) => rig.engine.find(name) !== undefined, run)
}
