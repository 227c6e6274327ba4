import { isOperation, lastsSeconds, type DisturbanceKind, type Phase } from '../phase.ts'
import type { OperationKind } from '../operator/operation.ts'
import type { PlayedFault } from './phase-engine.ts'

/** How an engine does what a phase orders. Each resolves when the next part of the phase may go on. */
export type DisturbanceActions = Readonly<
  Record<Exclude<DisturbanceKind, OperationKind>, () => void | Promise<void>>
>

/** The operator's part; `null` where the subject has no API. */
export type Operate = ((kind: OperationKind) => Promise<void>) | null

/** Plays the disturbances of a phase, one after the other. */
export class Disturber {
  /** How many were played. */
  played = 0
  readonly #disturbances: NonNullable<Phase['disturbances']>
  readonly #actions: DisturbanceActions
  readonly #operate: Operate

  constructor({ disturbances = [] }: Phase, actions: DisturbanceActions, operate: Operate = null) {
    this.#disturbances = disturbances
    this.#actions = actions
    this.#operate = operate
  }

  /** Those that were played. What an operator does is no fault. */
  get faults(): PlayedFault[] {
    const played = this.#disturbances.slice(0, this.played).filter(({ kind }) => !isOperation(kind))
    return played.map(({ kind, atSeconds }) => ({
      name: kind,
      fromSeconds: atSeconds,
      toSeconds: atSeconds + lastsSeconds(kind),
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
      await (isOperation(next.kind) ? this.#operate?.(next.kind) : this.#actions[next.kind]())
    }
    await goTo(until)
  }
}
