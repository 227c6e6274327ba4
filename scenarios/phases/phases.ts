import {
  ALWAYS,
  alwaysHealthy,
  connectionsChange,
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
} from '../criteria/criteria.ts'
import type { Disturbance, Phase } from '../phase.ts'

const MINUTES = 60
const SLOTS = 50

/** The last one a minute before the end, so that its lines are seen to come. */
const RECONNECTS: readonly Disturbance[] = [
  { atSeconds: 75, kind: 'cut-connections' },
  { atSeconds: 165, kind: 'restart-engine' },
  { atSeconds: 345, kind: 'restart-subject' },
  { atSeconds: 435, kind: 'kill-subject' },
  { atSeconds: 525, kind: 'cut-connections' },
]

/** Every phase, in the order of the requirements. */
export const PHASES: readonly Phase[] = [
  {
    name: 'rotation-continuity',
    requirement: 'D1',
    description:
      'Ten chatty containers: every one is rotated again and again, and no line is lost at the seams',
    durationSeconds: 15 * MINUTES,
    slots: SLOTS,
    load: { chatty: 10, bursty: 0, silent: 0 },
    criteria: [rotationsOfEach(3), connectionsChange, ...ALWAYS],
  },
  {
    name: 'idle-stream',
    requirement: 'D2',
    description: 'One silent container: a stream on which nothing ever arrives is rotated like any other',
    durationSeconds: 11 * MINUTES,
    slots: SLOTS,
    load: { chatty: 0, bursty: 0, silent: 1 },
    criteria: [rotationsOfEach(2), ...ALWAYS],
  },
  {
    name: 'leak',
    requirement: 'D3',
    description: 'Fifty containers on fifty slots: tasks do not accumulate',
    durationSeconds: 30 * MINUTES,
    slots: SLOTS,
    load: { chatty: 25, bursty: 15, silent: 10 },
    criteria: [taskGrowthPerContainer(2), ...ALWAYS],
  },
  {
    name: 'regression',
    requirement: 'D4',
    description:
      'Eight containers, the load of the first field test ("FASE 3"; the Go baseline was -0.5 tasks/min)',
    durationSeconds: 10 * MINUTES,
    slots: SLOTS,
    load: { chatty: 4, bursty: 2, silent: 2 },
    criteria: [taskGrowthPerMinute(2), tasksBelow(100), ...ALWAYS],
  },
  {
    name: 'load',
    requirement: 'D5',
    description:
      '55 containers on 50 slots, the load that broke the Go collector ("FASE 6": +30.5 tasks/min until its descriptors ran out)',
    durationSeconds: 60 * MINUTES,
    slots: SLOTS,
    load: { chatty: 30, bursty: 15, silent: 10 },
    criteria: [
      taskGrowthPerMinute(2),
      poolSaturated(SLOTS),
      descriptorGrowth(100),
      alwaysHealthy,
      someRotations,
      ...ALWAYS,
    ],
  },
  {
    name: 'load-retest',
    requirement: 'D6',
    description: 'The same load again ("FASE 6C"): every container gets its turns and no deadline is missed',
    durationSeconds: 30 * MINUTES,
    slots: SLOTS,
    load: { chatty: 30, bursty: 15, silent: 10 },
    criteria: [
      rotationsOfEach(6),
      taskGrowthPerMinute(2),
      descriptorGrowthPerMinute(1),
      noDeadlineErrors,
      ...ALWAYS,
    ],
  },
  {
    name: 'reconnects',
    requirement: 'D13',
    description:
      'Six chatty containers whose connections are cut, whose engine is restarted, and whose collector is restarted and killed: who has no exact position loses lines or repeats them',
    durationSeconds: 10 * MINUTES,
    slots: SLOTS,
    load: { chatty: 6, bursty: 0, silent: 0 },
    disturbances: RECONNECTS,
    criteria: [disturbed(RECONNECTS.length), ...ALWAYS],
  },
  {
    name: 'crowd',
    requirement: 'D5',
    description: '200 containers on 50 slots: each gets its turns, and none waits longer than it may',
    durationSeconds: 30 * MINUTES,
    slots: SLOTS,
    load: { chatty: 60, bursty: 60, silent: 80 },
    criteria: [
      rotationsOfEach(4),
      poolSaturated(SLOTS),
      taskGrowthPerMinute(2),
      descriptorGrowthPerMinute(1),
      noDeadlineErrors,
      ...ALWAYS,
    ],
  },
  {
    name: 'soak',
    requirement: 'D12',
    description: 'A day, 40 containers on 50 slots: what grows too slowly for the other phases to show',
    durationSeconds: 24 * 60 * MINUTES,
    slots: SLOTS,
    load: { chatty: 16, bursty: 14, silent: 10 },
    criteria: [
      rotationsOfEach(200),
      taskGrowthPerMinute(0.05),
      descriptorGrowth(10),
      alwaysHealthy,
      noDeadlineErrors,
      ...ALWAYS,
    ],
  },
]
