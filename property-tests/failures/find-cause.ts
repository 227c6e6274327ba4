import type { CollectorRig } from '../collector/collector-rig.ts'
import { runCase, type DrawnCase } from './drawn-case.ts'

/** The event after which a failure could no longer be avoided. */
export interface Cause {
  /** Its number: how many events had happened with it. 0: it fails whatever happens. */
  readonly event: number
  /** Virtual milliseconds. */
  readonly atMs: number
  /** What it was. */
  readonly label: string
  /** The step that was under way, in words; null before the first. */
  readonly step: string | null
}

/**
 * Looks for it by branching: the case runs up to some event, then all faults are gone and nothing more happens, and everything is to be delivered. If
 * that fails too, the cause lies before. Halves what is left: so the branch at the event fails, and the one before it does not.
 * @returns null when the case does not fail
 */
export async function findCause(drawn: DrawnCase, places: readonly number[]): Promise<Cause | null> {
  const whole = await branch(drawn, places, Infinity)
  if (whole.error === null) return null
  let passes = -1
  let fails = { ...whole, cause: { ...whole.cause, event: whole.events } }
  while (fails.cause.event - passes > 1) {
    const event = Math.floor((passes + fails.cause.event) / 2)
    // oxlint-disable-next-line no-await-in-loop -- where to look next depends on it
    const tried = await branch(drawn, places, event)
    if (tried.error === null) passes = event
    else fails = { ...tried, cause: { ...tried.cause, event } }
  }
  return fails.cause
}

interface Branch {
  readonly error: Error | null
  /** Events up to its end. */
  readonly events: number
  readonly cause: Cause
}

async function branch(drawn: DrawnCase, places: readonly number[], at: number): Promise<Branch> {
  let rig: CollectorRig | undefined
  let step: string | null = null
  let cause: Cause | undefined
  const moment = (): Cause => {
    const { atMs, label } = rig!.world.trace.at(-1) ?? { atMs: 0, label: 'the beginning' }
    return { event: rig!.world.eventCount, atMs, label, step }
  }
  const leave = (): void => {
    cause = moment()
    rig!.calm()
  }
  const error = await runCase(drawn, {
    only: new Set(places),
    onBegin: (begun) => {
      rig = begun
      begun.world.invariant('the branch', () => {
        if (cause === undefined && begun.world.eventCount >= at) leave()
        return undefined
      })
    },
    isOver: () => {
      if (cause === undefined && at === 0) leave()
      return cause !== undefined
    },
    onCommand: (command) => void (step = String(command)),
  })
  return { error, events: rig!.world.eventCount, cause: cause ?? moment() }
}
