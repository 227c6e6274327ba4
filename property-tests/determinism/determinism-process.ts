import { hashOutcome, type Outcome } from '../../simulators/determinism/outcome.ts'
import { outcomesOf, someCases } from './world-cases.ts'

/** What a process answers: first which cases it ran, with their hashes. */
export interface HashedCases {
  readonly hashes: readonly string[]
}

/** And then, for the number of a case it is sent, what happened in it. */
export interface ToldCase {
  readonly outcome: Outcome
}

/** Runs cases of each property with the seeds of its arguments; see {@link file://./two-processes.ts}. */
const outcomes: Outcome[] = []
for (const seed of process.argv.slice(2).map(Number))
  for (const cases of someCases(seed)) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    outcomes.push(...(await outcomesOf(cases)))
  }

process.on('message', (index: number) => {
  process.send?.({ outcome: outcomes[index]! } satisfies ToldCase)
})
process.send?.({ hashes: outcomes.map(hashOutcome) } satisfies HashedCases)
