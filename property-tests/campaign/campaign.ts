import { randomInt } from 'node:crypto'
import { CRASH_MARKS, DAY_MARKS, MARKS, missing } from '../collector/marks.ts'
import { PROPERTY_NAMES } from '../failures/failure-file.ts'
import { ProcessPool } from '../processes/process-pool.ts'
import { SMALL_COMMAND_NAMES } from '../small-scope/one-container.ts'
import type { CampaignAnswer, CampaignJob } from './campaign-jobs.ts'

export interface CampaignOptions {
  /** Processes at a time, at least 1. */
  readonly workers: number
  /** Where files of failures are put. */
  readonly out: string
  /** Told each case that fails, in words. */
  readonly onFailure: (words: string) => void
  /** Told how far it is. */
  readonly onProgress: (words: string) => void
}

/**
 * Seeds nobody has tried, and beside them every sequence of six commands on one container, some at a time; until the time is over or a case fails.
 * @returns whether every case held, and every interesting state was reached where there were enough cases for that
 */
export async function searchFor(minutes: number, options: CampaignOptions): Promise<boolean> {
  const { workers, out, onFailure, onProgress } = options
  using pool = poolOf(workers)
  const untilMs = performance.now() + minutes * 60_000
  const marks = new Set<string>()
  let cases = 0
  let failed = false
  const jobs = endlessJobs(out)
  const work = async (): Promise<void> => {
    while (!failed && performance.now() < untilMs) {
      const job = jobs.next().value
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const answer = await pool.ask(job)
      if (job.kind === 'seed') cases += answer.cases
      for (const mark of answer.marks) marks.add(mark)
      for (const words of answer.failures) onFailure(words)
      failed ||= answer.failures.length > 0
      onProgress(progressText(job, cases))
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
  if (failed) return false
  const missed = missing([...MARKS, ...DAY_MARKS, ...CRASH_MARKS], marks)
  onProgress(
    missed.length === 0 ? 'every interesting state was reached' : `never reached: ${missed.join(', ')}`,
  )
  return missed.length === 0 || cases < CASES_FOR_MARKS
}

export interface CleanSeeds {
  /** How many, from `first` on. */
  readonly seeds: number
  readonly first: number
  /** Of each property for each seed. */
  readonly cases: number
}

/**
 * The properties with as many seeds on the sources as they are: what fails there is a false alarm, or a defect that nobody has found. Goes on where a
 * case fails.
 * @returns whether every case held
 */
export async function checkCleanSeeds(
  { seeds, first, cases }: CleanSeeds,
  options: CampaignOptions,
): Promise<boolean> {
  const { workers, out, onFailure, onProgress } = options
  using pool = poolOf(workers)
  let run = 0
  let failed = 0
  const jobs = Array.from({ length: seeds }, (_, index) => first + index).flatMap((seed) =>
    PROPERTY_NAMES.map((property) => ({ property, seed })),
  )
  const check = async ({ property, seed }: (typeof jobs)[number]): Promise<void> => {
    const answer = await pool.ask({ kind: 'seed', property, seed, cases, out, untilFailure: false })
    run += answer.cases
    failed += answer.failures.length
    for (const words of answer.failures) onFailure(`${words}\n`)
    onProgress(`${property}, seed ${seed}: ${run} cases so far, ${failed} failed`)
  }
  await Promise.all(jobs.map(check))
  onProgress(`${seeds} seeds, ${run} cases: ${failed} failed`)
  return failed === 0
}

function poolOf(processes: number): ProcessPool<CampaignJob, CampaignAnswer> {
  return new ProcessPool(new URL('./campaign-process.ts', import.meta.url), { processes, timeoutMs: JOB_MS })
}

/** The days first; then of everything some, in turn. Each sequence once. */
function* endlessJobs(out: string): Generator<CampaignJob, never> {
  yield { kind: 'days' }
  const smallSeed = randomInt(2 ** 31)
  for (let from = 0; ; from += SMALL_AT_ONCE) {
    const small = { length: SMALL_LENGTH, seed: smallSeed, from, to: from + SMALL_AT_ONCE }
    if (from < SMALL_ALL) yield { kind: 'small', ...small }
    for (const property of PROPERTY_NAMES)
      yield {
        kind: 'seed',
        property,
        seed: randomInt(2 ** 31),
        cases: CASES_PER_SEED,
        out,
        untilFailure: true,
      }
  }
}

function progressText(job: CampaignJob, cases: number): string {
  switch (job.kind) {
    case 'days':
      return 'the days'
    case 'small':
      return `sequences of ${job.length} commands: ${Math.min(job.to, SMALL_ALL)} of ${SMALL_ALL}`
    case 'seed':
      return `${job.property}, seed ${job.seed}: ${cases} cases so far`
  }
}

const CASES_PER_SEED = 200
const SMALL_LENGTH = 6
const SMALL_ALL = SMALL_COMMAND_NAMES.length ** SMALL_LENGTH
const SMALL_AT_ONCE = 2000
/** With so many cases every state comes up, whatever the seeds. */
const CASES_FOR_MARKS = 2000
/** One job is some minutes at the most; a thousand cases on a busy machine some more. */
const JOB_MS = 3_600_000
