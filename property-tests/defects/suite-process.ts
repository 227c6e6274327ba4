import { turnRealEventLoop } from '../../simulators/world/settle.ts'
import { answerJobs } from '../processes/answer-jobs.ts'
import { DEFECTS_AND_SABOTAGES, findDefect } from './catalogue.ts'
import { PatchedModules } from './patched-modules.ts'
import type { SuiteJob } from './suite-pool.ts'
import type * as Suites from './suites.ts'

/** A process of {@link file://./suite-pool.ts}: runs suites against one variant of the sources after another. */
const modules = new PatchedModules(DEFECTS_AND_SABOTAGES)

// What a defect left pending may come to its end, and must not be taken for what the next one does.
process.on('unhandledRejection', () => {})

answerJobs(async ({ defect, suites, unchecked }: SuiteJob): Promise<readonly Suites.SuiteResult[]> => {
  const { SUITES } = await load(defect)
  const results = []
  for (const suite of suites) {
    // oxlint-disable-next-line no-await-in-loop -- each suite is measured alone
    results.push(await SUITES[suite](unchecked))
  }
  if (defect !== null) modules.assertApplied(defect)
  await turnRealEventLoop()
  return results
})

async function load(defect: string | null): Promise<typeof Suites> {
  if (defect === null) return await import('./suites.ts')
  const { id } = findDefect(defect)
  const suites: typeof Suites = await import(modules.address('property-tests/defects/suites.ts', id))
  return suites
}
