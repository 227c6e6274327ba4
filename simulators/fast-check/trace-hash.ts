import fc from 'fast-check'
import { firstDifference } from '../determinism/first-difference.ts'
import { watchOutcome, type Outcome } from '../determinism/outcome.ts'
import { asyncPlugin, type Verdict } from './async-plugin.ts'

export interface TraceHashOptions {
  /** How many cases are run twice; those after them once. Default all. */
  readonly cases?: number
}

/**
 * A plugin of fast-check that shows a property to be deterministic: each case is run twice, and in both runs the worlds it makes must go the same way, event
 * for event, and leave the same files. A case that does not fails, with the first event that differs and those before it; it is shrunk like any other.
 *
 *     import { traceHash } from 'watertight/simulators/fast-check'
 *
 *     await fc.assert(property, { plugins: [traceHash()] })
 *
 * Worlds are those that the case makes itself, in its predicate: a case that makes none fails. What happens outside of them is not looked at. The predicate must leave
 * nothing behind that a second run would meet. A case that fails is not run again. For properties made by `fc.asyncProperty`.
 * @throws RangeError for a number of cases that is none
 */
export function traceHash<Case>({ cases = Infinity }: TraceHashOptions = {}): fc.Plugin<Case> {
  if (!(cases >= 0)) throw new RangeError(`Cannot run ${cases} cases twice: it is a number, 0 or more`)
  let left = cases
  return asyncPlugin('traceHash', async (run, value) => {
    if (left <= 0) return await run(value)
    left -= 1
    // Before the first run: what is drawn may be changed by it.
    const again = fc.cloneIfNeeded(value)
    const first = await watchOutcome(() => run(value))
    if (first.value !== null) return first.value
    const second = await watchOutcome(() => run(again))
    return compare(first.outcome, second.outcome, second.value)
  })
}

function compare(first: Outcome, second: Outcome, secondVerdict: Verdict): Verdict {
  if (first.length === 0)
    return { error: new Error('Cannot compare two runs of the case: it made no world in either') }
  const difference = firstDifference(first, second)
  if (difference === null) return secondVerdict
  const failed = secondVerdict !== null && 'error' in secondVerdict ? ' The second run failed.' : ''
  return { error: new Error(`The case does not happen the same way twice.${failed} ${difference}`) }
}
