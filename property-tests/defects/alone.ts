import type { UnitTest } from './defect.ts'
import type { SuiteName } from './suites.ts'

const SUBJECTS = 'scenarios/subjects/subjects.test.ts'
const PHASES = 'scenarios/phases/phases.test.ts'

/**
 * A check, and a defect that it alone catches: with the check left out, nothing else in the suite sees the defect. So each check has been seen to fail for its own
 * reason.
 */
export interface Alone {
  /** How the names of what is checked begin: `I4 ` stands for all that I4 says. The id of a criterion. */
  readonly check: string
  readonly defect: string
  readonly suite: SuiteName
}

export interface AloneAmongCriteria extends Alone {
  /** Whose criteria the others are. */
  readonly phase: string
}

export interface AloneAmongProperties {
  /** The file of the property. */
  readonly file: string
  readonly defect: string
}

/** Of the invariants of the design, and of what else a rig checks. The days are short worlds, made to touch them. */
export const ALONE_AMONG_CHECKS: readonly Alone[] = [
  { check: 'I1 ', defect: 'I1', suite: 'ordinary-day' },
  { check: 'I2 ', defect: 'I2', suite: 'ordinary-day' },
  { check: 'I3 ', defect: 'I3', suite: 'ordinary-day' },
  { check: 'I4 ', defect: 'I4', suite: 'ordinary-day' },
  { check: 'I5 ', defect: 'I5', suite: 'ordinary-day' },
  { check: 'I6 ', defect: 'I6', suite: 'ordinary-day' },
  { check: 'I7 ', defect: 'B137', suite: 'odd-day' },
  { check: 'I8 ', defect: 'I8', suite: 'ordinary-day' },
  { check: 'I10 ', defect: 'I10', suite: 'hard-day' },
  { check: 'I11 ', defect: 'I11', suite: 'hard-day' },
  { check: 'I12 ', defect: 'I12', suite: 'hard-day' },
  { check: 'I13 ', defect: 'I13', suite: 'hard-day' },
  { check: 'I14 ', defect: 'I14', suite: 'hard-day' },
  { check: 'I15 ', defect: 'I15', suite: 'hard-day' },
  { check: 'I16 ', defect: 'I16', suite: 'odd-day' },
  { check: 'no task fails', defect: 'I17', suite: 'ordinary-day' },
]

/** Of the criteria that virtual time can measure, each among those of a phase. */
export const ALONE_AMONG_CRITERIA: readonly AloneAmongCriteria[] = [
  criterion('task-growth', 'K1', 'load'),
  criterion('task-growth-per-container', 'K2', 'leak'),
  criterion('tasks', 'K3', 'regression'),
  criterion('rotations-each', 'K4', 'load-retest'),
  criterion('rotations', 'K4', 'load'),
  criterion('pool-saturated', 'K5', 'load'),
  criterion('descriptor-growth', 'K6', 'load'),
  criterion('descriptor-growth-rate', 'K6', 'load-retest'),
  criterion('health', 'K7', 'load'),
  criterion('deadline-errors', 'K8', 'load-retest'),
  criterion('missing', 'K9', 'load'),
  criterion('duplicated', 'K10', 'load'),
  criterion('out-of-order', 'K11', 'load'),
  criterion('unexpected', 'K12', 'load'),
  criterion('stop', 'K13', 'load'),
  criterion('invariants', 'I1', 'load'),
  criterion('disturbances', 'K14', 'reconnects'),
  operation('operations', 'K15', 'connection-churn'),
  operation('connections-after-stop', 'K16', 'connection-churn'),
  operation('baseline-tasks', 'K17', 'connection-churn'),
  operation('baseline-descriptors', 'K18', 'connection-churn'),
  operation('sink-files', 'K19', 'many-files'),
  operation('stop-in-flight', 'K20', 'graceful-shutdown'),
  operation('stop-meanwhile', 'K21', 'stress'),
  operation('shipped-missing', 'K22', 'stress'),
  operation('shipped-duplicated', 'K23', 'stress'),
]

/** Of the properties, each in a file: no other one sees the defect, of the cases that are drawn by default. `watertight defects --alone` tries all of them, CI some. */
export const ALONE_AMONG_PROPERTIES: readonly AloneAmongProperties[] = [
  { file: 'property-tests/anomalies.property.test.ts', defect: 'B398' },
  { file: 'property-tests/back-off.property.test.ts', defect: 'B132' },
  { file: 'property-tests/collector.property.test.ts', defect: 'B328' },
  { file: 'property-tests/crash.property.test.ts', defect: 'C9' },
  { file: 'property-tests/cursor.property.test.ts', defect: 'B247' },
  { file: 'property-tests/determinism.property.test.ts', defect: 'B310' },
  { file: 'property-tests/files.property.test.ts', defect: 'B206' },
  { file: 'property-tests/frames.property.test.ts', defect: 'B245' },
  { file: 'property-tests/jetstream.property.test.ts', defect: 'B194' },
  { file: 'property-tests/lifecycle.property.test.ts', defect: 'B329' },
  { file: 'property-tests/monitor-switch.property.test.ts', defect: 'B570' },
  { file: 'property-tests/network-sinks.property.test.ts', defect: 'B332' },
  { file: 'property-tests/polled-cursor.property.test.ts', defect: 'B254' },
  { file: 'property-tests/proxy.property.test.ts', defect: 'B400' },
  { file: 'property-tests/push.property.test.ts', defect: 'B334' },
  { file: 'property-tests/records.property.test.ts', defect: 'B224' },
  { file: 'property-tests/reload.property.test.ts', defect: 'B362' },
  { file: 'property-tests/slot-pool.property.test.ts', defect: 'B231' },
  { file: 'property-tests/stored-logs.property.test.ts', defect: 'B230' },
  { file: 'reference/sinks/local-file/local-file-sink.property.test.ts', defect: 'B89' },
  { file: 'reference/sinks/loki/distinct-times.property.test.ts', defect: 'B180' },
  { file: 'reference/sinks/loki/encode.property.test.ts', defect: 'B331' },
  { file: 'reference/sinks/otlp/encode.property.test.ts', defect: 'B330' },
]

/** What only a real process and a real connection show: the test in which nothing else fails. */
export const ALONE_IN_A_TEST: readonly { readonly check: string; readonly in: UnitTest }[] = [
  {
    check: 'memory-growth',
    in: { file: PHASES, test: 'stress fails on memory-growth alone, where processes are seen' },
  },
  {
    check: 'cpu-rise',
    in: { file: PHASES, test: 'stress fails on cpu-rise alone, where processes are seen' },
  },
  {
    check: 'health-tells',
    in: { file: PHASES, test: 'disk-full fails on health-tells alone, where health is good all the time' },
  },
  {
    check: 'lives',
    in: { file: PHASES, test: 'restart-loop fails on lives alone, where a container is not started again' },
  },
  {
    check: 'descriptors',
    in: {
      file: PHASES,
      test: 'few-descriptors fails on descriptors alone, where one more is open for a moment',
    },
  },
  {
    check: 'lasting-connections',
    in: { file: SUBJECTS, test: 'the same follower never rotates, and that is seen at its connections' },
  },
  {
    check: 'subject',
    in: { file: PHASES, test: 'load fails on subject alone, where other programs are seen' },
  },
  {
    check: 'engine-descriptors',
    in: { file: PHASES, test: 'load fails on engine-descriptors alone, where other programs are seen' },
  },
  {
    check: 'engine-tasks',
    in: { file: PHASES, test: 'load fails on engine-tasks alone, where other programs are seen' },
  },
]

function criterion(check: string, defect: string, phase: string): AloneAmongCriteria {
  return { check, defect, suite: 'every-criterion', phase }
}

function operation(check: string, defect: string, phase: string): AloneAmongCriteria {
  return { check, defect, suite: 'every-operation', phase }
}
