import { messageOf } from '../../reference/errors.ts'
import { checkCollector } from '../collector.property.ts'
import { idleStream } from '../collector/idle-stream.ts'
import { anyCommandOrCrash } from '../collector/crash-command.ts'
import { deliveryDay } from '../collector/delivery-day.ts'
import { hardDay } from '../collector/hard-day.ts'
import { oddDay } from '../collector/odd-day.ts'
import { ordinaryDay } from '../collector/ordinary-day.ts'
import { outcomesOfTwo, someCases } from '../determinism/world-cases.ts'
import { checkStream } from '../jetstream/stream.property.ts'
import {
  EVERY_CRITERION,
  EVERY_OPERATION,
  everyCriterionOf,
} from '../../scenarios/criteria/every-criterion.ts'

/** What a suite found in the sources as they were loaded. */
export interface SuiteResult {
  readonly suite: SuiteName
  /** Cases run until the first that failed, or all. */
  readonly cases: number
  /** What failed; null when everything held. */
  readonly failure: string | null
}

/** The suites that are held against each defect, the quickest first. */
export const SUITE_NAMES = [
  'idle-stream',
  'ordinary-day',
  'hard-day',
  'odd-day',
  'delivery-day',
  'every-criterion',
  'every-operation',
  'jetstream-property',
  'collector-property',
  'crash-property',
  'determinism',
] as const
export type SuiteName = (typeof SUITE_NAMES)[number]

/** Runs a suite. @param unchecked checks that are left out: those of a rig by how their names begin, criteria by their ids; the stream's never are */
type Suite = (unchecked: readonly string[]) => Promise<SuiteResult>

export const SUITES: Readonly<Record<SuiteName, Suite>> = {
  'idle-stream': (unchecked) => scenario('idle-stream', () => idleStream({ unchecked })),
  'ordinary-day': (unchecked) => scenario('ordinary-day', () => ordinaryDay({ unchecked })),
  'hard-day': (unchecked) => scenario('hard-day', () => hardDay({ unchecked })),
  'odd-day': (unchecked) => scenario('odd-day', () => oddDay({ unchecked })),
  'delivery-day': (unchecked) => scenario('delivery-day', () => deliveryDay({ unchecked })),
  'every-criterion': async (unchecked) => ({
    suite: 'every-criterion',
    cases: 1,
    failure: await everyCriterionOf(EVERY_CRITERION, unchecked),
  }),
  'every-operation': async (unchecked) => ({
    suite: 'every-operation',
    cases: 1,
    failure: await everyCriterionOf(EVERY_OPERATION, unchecked),
  }),
  'jetstream-property': async () => ({
    suite: 'jetstream-property',
    ...(await checkStream({ seed: SEED, numRuns: STREAM_CASES })),
  }),
  'collector-property': async (unchecked) => ({
    suite: 'collector-property',
    // A defect breaks nearly every case: the first is enough, and nobody needs it shrunk.
    ...(await checkCollector({ seed: SEED, numRuns: CASES, shrink: false, rig: { unchecked } })),
  }),
  'crash-property': async (unchecked) => ({
    suite: 'crash-property',
    ...(await checkCollector({
      seed: SEED,
      numRuns: CRASH_CASES,
      rig: { unchecked },
      engines: ['20.10', '26', '28'],
      command: anyCommandOrCrash(),
      shrink: false,
    })),
  }),
  determinism,
}

/** Cases of all properties in virtual worlds, each run twice. */
async function determinism(): Promise<SuiteResult> {
  let cases = 0
  try {
    for (const some of someCases(SEED)) {
      // oxlint-disable-next-line no-await-in-loop -- one world at a time
      cases += (await outcomesOfTwo(some)).length
    }
    return { suite: 'determinism', cases, failure: null }
  } catch (error) {
    return { suite: 'determinism', cases: cases + 1, failure: messageOf(error) }
  }
}

async function scenario(suite: SuiteName, run: () => Promise<unknown>): Promise<SuiteResult> {
  try {
    await run()
    return { suite, cases: 1, failure: null }
  } catch (error) {
    return { suite, cases: 1, failure: messageOf(error) }
  }
}

const SEED = 1
/** What is met most seldom takes most of them: that somebody gives up waiting for a slot, and that more is stored than a batch holds. */
const CASES = 130
const STREAM_CASES = 80
/** The promise that is broken most seldom, C4, takes nearly all of them to be met. */
const CRASH_CASES = 120
