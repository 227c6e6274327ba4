import type { TracedEvent } from './event-trace.ts'
import { describeEntry, type LedgerEntry } from './resource-ledger.ts'

/** When and in which run something went wrong: what is needed to see it again. */
export interface WorldMoment {
  readonly seed: number
  /** Virtual milliseconds since the start of the world. */
  readonly atMs: number
  readonly lastEvents: readonly TracedEvent[]
}

/** An invariant did not hold after an event. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation'
  readonly invariant: string
  readonly moment: WorldMoment

  constructor(invariant: string, found: string, moment: WorldMoment) {
    super(`${invariant} does not hold: ${found}\n${describeMoment(moment)}`)
    this.invariant = invariant
    this.moment = moment
  }
}

/** Something is waited for, nothing can run and nothing is scheduled. */
export class DeadlockError extends Error {
  override readonly name = 'DeadlockError'
  readonly waits: readonly LedgerEntry[]
  readonly moment: WorldMoment

  constructor(waits: readonly LedgerEntry[], moment: WorldMoment) {
    const list = waits.map((wait) => `  ${describeEntry(wait)}`).join('\n')
    super(
      `Nothing can run and nothing is scheduled, but the operation is not over. Open:\n${list || '  nothing'}\n${describeMoment(moment)}`,
    )
    this.waits = waits
    this.moment = moment
  }
}

/** An event threw, or a promise was rejected and nobody handled it. `cause` is the error itself. */
export class EventFailure extends Error {
  override readonly name = 'EventFailure'
  readonly moment: WorldMoment

  constructor(what: string, cause: unknown, moment: WorldMoment) {
    super(`${what}: ${cause instanceof Error ? cause.message : String(cause)}\n${describeMoment(moment)}`, {
      cause,
    })
    this.moment = moment
  }
}

function describeMoment({ seed, atMs, lastEvents }: WorldMoment): string {
  const events = lastEvents.map((event) => `  ${event.atMs.toFixed(3)} ms ${event.label}`).join('\n')
  return `seed ${seed}, virtual time ${atMs.toFixed(3)} ms, last events:\n${events}`
}
