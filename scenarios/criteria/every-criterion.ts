import { openVirtualEngine } from '../engines/virtual.ts'
import type { Criterion, Phase } from '../phase.ts'
import {
  ALWAYS,
  alwaysHealthy,
  descriptorGrowth,
  descriptorGrowthPerMinute,
  descriptorsBackToBaseline,
  disturbed,
  endsWithLinesInFlight,
  noConnectionsAfterStop,
  noDeadlineErrors,
  operated,
  poolSaturated,
  rotationsOfEach,
  sinkFilesAtMost,
  SHIPPED,
  someRotations,
  stopsAtAnyMoment,
  taskGrowthPerContainer,
  taskGrowthPerMinute,
  tasksBackToBaseline,
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

/** The same for the criteria of phases in which an operator uses the API. */
export const EVERY_OPERATION: Phase = {
  name: 'every-operation',
  requirement: 'D10',
  description: 'Two containers, and everything an operator does',
  durationSeconds: 600,
  slots: 2,
  load: { chatty: 1, bursty: 0, silent: 1 },
  ships: true,
  disturbances: [
    { atSeconds: 5, kind: 'push-names' },
    { atSeconds: 50, kind: 'fail-sink' },
    { atSeconds: 100, kind: 'stop-in-flight' },
    ...[200, 210, 220, 230, 240, 250].map((atSeconds) => ({
      atSeconds,
      kind: 'cycle-container-monitor' as const,
    })),
    { atSeconds: 330, kind: 'restart-subject' },
    ...[400, 410, 420, 430, 440, 450, 460, 470, 480].map((atSeconds) => ({
      atSeconds,
      kind: 'cycle-file-monitor' as const,
    })),
  ],
  criteria: [
    operated(17),
    noConnectionsAfterStop,
    tasksBackToBaseline,
    descriptorsBackToBaseline,
    sinkFilesAtMost(100),
    endsWithLinesInFlight,
    descriptorGrowthPerMinute(1),
    disturbed(19),
    stopsAtAnyMoment,
    ...SHIPPED,
    ...ALWAYS,
  ],
}

/**
 * Runs one of these phases.
 * @param unchecked ids of criteria that are left out
 * @returns the criteria that fail, a line each; null when all hold
 */
export async function everyCriterionOf(
  whole: Phase,
  unchecked: readonly string[] = [],
): Promise<string | null> {
  await using engine = openVirtualEngine()
  const isChecked = ({ id }: Criterion): boolean => !unchecked.includes(id)
  const phase = { ...whole, criteria: whole.criteria.filter(isChecked) }
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
