import { PROPERTY_NAMES } from '../failures/failure-file.ts'
import { searchSeed } from './search-seed.ts'

export interface CleanSeedsOptions {
  /** How many, from `first` on. */
  readonly seeds: number
  readonly first: number
  /** Of each property for each seed. */
  readonly cases: number
  readonly out: string
}

/**
 * The properties with as many seeds on the sources as they are: what fails there is a false alarm, or a defect that nobody has found. Goes on where a
 * case fails.
 * @returns the number of cases that failed
 */
export async function checkCleanSeeds({ seeds, first, cases, out }: CleanSeedsOptions): Promise<number> {
  let run = 0
  let failed = 0
  for (const property of PROPERTY_NAMES) {
    for (let seed = first; seed < first + seeds; seed++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const found = await searchSeed({
        property,
        seed,
        cases,
        out,
        onFailure: (words) => process.stdout.write(`${words}\n\n`),
      })
      run += found.cases
      failed += found.failures
      process.stderr.write(`${property}, seed ${seed}: ${run} cases so far, ${failed} failed\n`)
    }
  }
  process.stdout.write(`${seeds} seeds, ${run} cases: ${failed} failed\n`)
  return failed
}
