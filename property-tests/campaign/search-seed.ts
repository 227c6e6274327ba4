import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { PERSONALITY_NAMES } from '../../simulators/index.ts'
import { checkCollector, type CollectorPropertyOptions } from '../collector.property.ts'
import { optionsOf, type FailureFile, type PropertyName } from '../failures/failure-file.ts'
import { failureFileOf } from '../failures/replay-failure.ts'

/** What is promised for engines whose lines and records are certain holds across crashes too. */
export const ENGINES: Readonly<Record<PropertyName, FailureFile['engines']>> = {
  collector: PERSONALITY_NAMES,
  crash: ['20.10', '26', '28'],
}

export interface SeedSearch {
  readonly property: PropertyName
  readonly seed: number
  readonly cases: number
  /** Where files of failures are put. */
  readonly out: string
  /** Told of each case that fails, in words, as soon as its file is written. */
  readonly onFailure: (words: string) => void
  readonly onMark?: CollectorPropertyOptions['onMark']
  /** Whether the search ends with the first case that fails. Default false: it goes on with the next. */
  readonly untilFailure?: boolean
}

export interface SeedFindings {
  /** Cases run, those that failed included. */
  readonly cases: number
  readonly failures: number
}

/** Runs the cases of a seed. Each that fails is shrunk and written to a file for `watertight replay`. */
export async function searchSeed(search: SeedSearch): Promise<SeedFindings> {
  const { property, seed, cases, onMark, untilFailure = false } = search
  const which = { seed, engines: ENGINES[property] }
  let next = 0
  let failures = 0
  while (next < cases) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const { failure, failedRun } = await checkCollector({
      ...optionsOf(property, which),
      numRuns: cases - next,
      // Walked over are the cases before it.
      path: String(next),
      shrink: false,
      ...(onMark !== undefined && { onMark }),
    })
    if (failure === null || failedRun === null) return { cases, failures }
    failures += 1
    // oxlint-disable-next-line no-await-in-loop
    search.onFailure(await keep(search, failedRun, failure))
    next = failedRun + 1
    if (untilFailure) break
  }
  return { cases: next, failures }
}

async function keep({ property, seed, out }: SeedSearch, run: number, first: string): Promise<string> {
  const failure = await failureFileOf(property, { seed, engines: ENGINES[property], run })
  if (failure === null) return `${first}\nRun again it held: it is not deterministic.`
  mkdirSync(out, { recursive: true })
  const file = path.join(out, `${property}-${seed}-${run}.json`)
  writeFileSync(file, `${JSON.stringify(failure, null, 2)}\n`)
  const steps = failure.steps.map(({ words }) => words)
  return [...steps, failure.failure, `watertight replay ${file}`].join('\n')
}
