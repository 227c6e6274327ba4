import { ENGINE_AWAY_SECONDS, type DisturbanceKind, type Phase } from '../phase.ts'
import type { PlayedFault } from './phase-engine.ts'

/** How an engine does what a phase orders. Each resolves when the next part of the phase may go on. */
export type DisturbanceActions = Readonly<Record<DisturbanceKind, () => void | Promise<void>>>

/** Plays the disturbances of a phase, one after the other. */
export class Disturber {
  /** How many were played. */
  played = 0
  readonly #disturbances: NonNullable<Phase['disturbances']>
  readonly #actions: DisturbanceActions

  constructor({ disturbances = [] }: Phase, actions: DisturbanceActions) {
    this.#disturbances = disturbances
    this.#actions = actions
  }

  /** Those that were played. */
  get faults(): PlayedFault[] {
    return this.#disturbances.slice(0, this.played).map(({ kind, atSeconds }) => ({
      name: kind,
      fromSeconds: atSeconds,
      toSeconds: kind === 'restart-engine' ? atSeconds + ENGINE_AWAY_SECONDS : atSeconds,
    }))
  }

  /**
   * Goes to a moment of the phase, and plays on the way what is due before it.
   * @param until phase seconds. @param goTo waits until a moment in phase seconds, and says whether to go on from there
   */
  async passUntil(until: number, goTo: (seconds: number) => Promise<boolean>): Promise<void> {
    for (;;) {
      const next = this.#disturbances[this.played]
      if (next === undefined || next.atSeconds >= until) break
      if (!(await goTo(next.atSeconds))) return
      this.played += 1
      await this.#actions[next.kind]()
    }
    await goTo(until)
  }
}
