import { openVirtualEngine } from '../engines/virtual.ts'
import type { Criterion, Phase } from '../phase.ts'
import {
  ALWAYS,
  alwaysHealthy,
  descriptorGrowth,
  descriptorGrowthPerMinute,
  disturbed,
  noDeadlineErrors,
  poolSaturated,
  rotationsOfEach,
  someRotations,
  taskGrowthPerContainer,
  taskGrowthPerMinute,
  tasksBelow,
} from './criteria.ts'
import { judge } from './verdict.ts'

/**
 * A small phase in virtual time that is judged by every criterion of the real ones that this world can measure: what shows that a criterion can fail,
 * and what the others then see.
 */
export const EVERY_CRITERION: Phase = {
  name: 'every-criterion',
  requirement: 'D1',
  description: 'Four containers on three slots, and one cut',
  durationSeconds: 600,
  slots: 3,
  load: { chatty: 1, bursty: 1, silent: 2 },
  disturbances: [{ atSeconds: 400, kind: 'cut-connections' }],
  criteria: [
    taskGrowthPerMinute(2),
    taskGrowthPerContainer(2),
    tasksBelow(100),
    rotationsOfEach(3),
    someRotations,
    poolSaturated(3),
    descriptorGrowth(10),
    descriptorGrowthPerMinute(1),
    alwaysHealthy,
    noDeadlineErrors,
    disturbed(1),
    ...ALWAYS,
  ],
}

/**
 * Runs that phase.
 * @param unchecked ids of criteria that are left out
 * @returns the criteria that fail, a line each; null when all hold
 */
export async function everyCriterion(unchecked: readonly string[] = []): Promise<string | null> {
  await using engine = openVirtualEngine()
  const isChecked = ({ id }: Criterion): boolean => !unchecked.includes(id)
  const phase = { ...EVERY_CRITERION, criteria: EVERY_CRITERION.criteria.filter(isChecked) }
  const { observations } = await engine.run(phase, {
    compress: 1,
    seed: 1,
    signal: new AbortController().signal,
    progress: { step: () => {}, clock: () => {} },
  })
  const failed = judge(phase, observations).filter(({ pass }) => pass === false)
  if (failed.length === 0) return null
  return failed
    .map(({ id, measured, comparator, limit, unit, evidence }) =>
      [`${id} does not hold: ${measured} ${unit}, wanted ${comparator} ${limit}`, ...evidence].join('\n  '),
    )
    .join('\n')
}
