import { UsageError } from '../../reference/usage-error.ts'
import { drawCase, type DrawnCase } from './drawn-case.ts'
import { optionsOf, type FailureFile, type PropertyName } from './failure-file.ts'
import { recordCase, tell, type RecordedCase } from './record-failure.ts'

/**
 * Runs a recorded failure again. Its `failure` is empty when it holds now.
 * @throws UsageError when the generators changed since: the case cannot be drawn any more
 */
export async function replayFailure(saved: FailureFile): Promise<RecordedCase> {
  return await tell(...savedCase(saved))
}

/** The case, and the places of its steps. @throws UsageError as above */
export function savedCase(saved: FailureFile): [DrawnCase, readonly number[]] {
  const drawn = drawCase(optionsOf(saved.property, saved), saved.run)
  for (const { place, words } of saved.steps) {
    const now = drawn.commands[place] === undefined ? 'nothing' : String(drawn.commands[place])
    if (now !== words)
      throw new UsageError(
        `Cannot draw the case again: what may happen is drawn otherwise since it was recorded (step ${place} was ${JSON.stringify(words)} and is ${JSON.stringify(now)})`,
      )
  }
  return [drawn, saved.steps.map(({ place }) => place)]
}

/** A failing case as a file. @returns null when it does not fail */
export async function failureFileOf(
  property: PropertyName,
  which: Pick<FailureFile, 'seed' | 'run' | 'engines'>,
): Promise<FailureFile | null> {
  const recorded = await recordCase(drawCase(optionsOf(property, which), which.run))
  return recorded === null ? null : { schema: 1, property, ...which, ...recorded }
}
