import {
  ALWAYS,
  alwaysHealthy,
  connectionsChange,
  cpuSteady,
  descriptorGrowth,
  descriptorGrowthPerMinute,
  descriptorsAtMost,
  descriptorsBackToBaseline,
  disturbed,
  endsWithLinesInFlight,
  healthTells,
  livesOfEach,
  memoryGrowth,
  noConnectionsAfterStop,
  noDeadlineErrors,
  operated,
  poolSaturated,
  rotationsOfEach,
  SHIPPED,
  sinkFilesAtMost,
  someRotations,
  stopsAtAnyMoment,
  taskGrowthPerContainer,
  taskGrowthPerMinute,
  tasksBackToBaseline,
  tasksBelow,
} from '../criteria/criteria.ts'
import type { Disturbance, DisturbanceKind, Phase } from '../phase.ts'

const MINUTES = 60
const SLOTS = 50
/** Files that the reference's sink has open at most, by default. */
const SINK_FILES = 100
const CYCLES = 100
const FEW_DESCRIPTORS = 128

/** The last one a minute before the end, so that its lines are seen to come. */
const RECONNECTS: readonly Disturbance[] = [
  { atSeconds: 75, kind: 'cut-connections' },
  { atSeconds: 165, kind: 'restart-engine' },
  { atSeconds: 345, kind: 'restart-subject' },
  { atSeconds: 435, kind: 'kill-subject' },
  { atSeconds: 525, kind: 'cut-connections' },
]

/** Before the first and behind the third there is time for a rotation of each stream, and behind the last for its lines to come. */
const CUTS_IN_LINES: readonly Disturbance[] = [
  { atSeconds: 330, kind: 'kill-subject' },
  { atSeconds: 390, kind: 'restart-subject' },
  { atSeconds: 450, kind: 'cut-connections' },
  { atSeconds: 840, kind: 'cut-connections' },
]

/** The only one of which health must tell. */
const FULL_DISK: Disturbance = { atSeconds: 300, kind: 'fill-disk' }
/** The kill, while the disk is full, finds a line of which only a part had room. */
const FULL_DISKS: readonly Disturbance[] = [FULL_DISK, { atSeconds: 1140, kind: 'kill-subject' }]

const RESTARTS: readonly Disturbance[] = [
  ...repeated('restart-subject', 4, 10 * MINUTES, 50 * MINUTES),
  { atSeconds: 50 * MINUTES, kind: 'kill-subject' },
]

/** The same again and again, at even distances. */
function repeated(
  kind: DisturbanceKind,
  times: number,
  fromSeconds: number,
  toSeconds: number,
): Disturbance[] {
  const everySeconds = (toSeconds - fromSeconds) / times
  return Array.from({ length: times }, (_, index) => ({
    kind,
    atSeconds: fromSeconds + index * everySeconds,
  }))
}

/** Behind each step a position of before it is used: by a stream that is opened again, and by a collector that is. In between there is time for a rotation. */
const CLOCK_STEPS: readonly Disturbance[] = [
  { atSeconds: 75, kind: 'step-clock-back' },
  { atSeconds: 165, kind: 'cut-connections' },
  { atSeconds: 225, kind: 'restart-subject' },
  { atSeconds: 600, kind: 'step-clock-forward' },
  { atSeconds: 660, kind: 'kill-subject' },
  { atSeconds: 720, kind: 'step-clock-back' },
  { atSeconds: 780, kind: 'kill-subject' },
]

/** In the middle of a life, or between two. */
const CUTS_IN_LIVES: readonly Disturbance[] = [
  { atSeconds: 300, kind: 'kill-subject' },
  { atSeconds: 480, kind: 'cut-connections' },
  { atSeconds: 600, kind: 'restart-subject' },
]

/** For the first time before the warm-up is over: then as many files are open as may be. */
const NAMES: readonly Disturbance[] = repeated('push-names', 10, 5, 9 * MINUTES)
/** At a compression of 60 three in a second: an engine needs some 150 ms of a core for each, and one that has more to do is slow to tell of them. */
const BRIEF: readonly Disturbance[] = repeated('run-briefly', 40, 1 * MINUTES, 14 * MINUTES)
const CHURN: readonly Disturbance[] = repeated('cycle-container-monitor', CYCLES, MINUTES, 9 * MINUTES)
const STOPS: readonly Disturbance[] = repeated('stop-in-flight', 5, MINUTES, 9 * MINUTES)
const HANGS: readonly Disturbance[] = repeated('hang-engine', 3, 90, 8 * MINUTES)
/** The collector is stopped while the sink fails, and while it does not. */
const STRESSES: readonly Disturbance[] = [
  ...repeated('fail-sink', 6, 10 * MINUTES, 115 * MINUTES),
  ...repeated('restart-subject', 8, 11 * MINUTES, 117 * MINUTES),
].toSorted((a, b) => a.atSeconds - b.atSeconds)
const LIFECYCLES: readonly Disturbance[] = [
  ...repeated('cycle-container-monitor', CYCLES, MINUTES, 10 * MINUTES),
  ...repeated('cycle-file-monitor', CYCLES, 10 * MINUTES, 19 * MINUTES),
  ...repeated('restart-subject', CYCLES, 20 * MINUTES, 29 * MINUTES),
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
    name: 'many-files',
    requirement: 'D7',
    description:
      'A thousand names of logs through the API, again and again: the sink has no more files open than it may',
    durationSeconds: 10 * MINUTES,
    slots: SLOTS,
    load: { chatty: 3, bursty: 0, silent: 0 },
    disturbances: NAMES,
    criteria: [operated(NAMES.length), sinkFilesAtMost(SINK_FILES), descriptorGrowthPerMinute(1), ...ALWAYS],
  },
  {
    name: 'connection-churn',
    requirement: 'D8',
    description:
      'The container monitor is stopped and started a hundred times over the API: no connection to the engine is left after a stop',
    durationSeconds: 10 * MINUTES,
    slots: SLOTS,
    load: { chatty: 4, bursty: 2, silent: 2 },
    disturbances: CHURN,
    criteria: [
      operated(CHURN.length),
      noConnectionsAfterStop,
      tasksBackToBaseline,
      descriptorsBackToBaseline,
      ...ALWAYS,
    ],
  },
  {
    name: 'graceful-shutdown',
    requirement: 'D9',
    description:
      'The collector is told to end with 10,000 lines in flight, five times: it ends in time, and no line is lost or repeated',
    durationSeconds: 10 * MINUTES,
    slots: SLOTS,
    load: { chatty: 4, bursty: 4, silent: 0 },
    disturbances: STOPS,
    criteria: [operated(STOPS.length), endsWithLinesInFlight, ...ALWAYS],
  },
  {
    name: 'lifecycle',
    requirement: 'D10',
    description:
      'Each monitor, and then the collector as a whole, is stopped and started a hundred times: each time it is back where it was',
    durationSeconds: 30 * MINUTES,
    slots: SLOTS,
    load: { chatty: 2, bursty: 1, silent: 1 },
    disturbances: LIFECYCLES,
    criteria: [
      operated(2 * CYCLES),
      disturbed(LIFECYCLES.length),
      noConnectionsAfterStop,
      tasksBackToBaseline,
      descriptorsBackToBaseline,
      ...ALWAYS,
    ],
  },
  {
    name: 'stress',
    requirement: 'D11',
    description:
      'Two sinks, of which one fails now and then, under a collector that is stopped at any moment: it costs no more and more, and the other sink is not held up',
    durationSeconds: 120 * MINUTES,
    slots: SLOTS,
    load: { chatty: 8, bursty: 8, silent: 2 },
    ships: true,
    disturbances: STRESSES,
    criteria: [
      disturbed(STRESSES.length),
      memoryGrowth(40),
      cpuSteady,
      stopsAtAnyMoment,
      ...SHIPPED,
      ...ALWAYS,
    ],
  },
  {
    name: 'hung-engine',
    requirement: 'D13',
    description:
      'The engine hangs three times, as one that is stopped by SIGSTOP: reads time out, and afterwards no line is missing',
    durationSeconds: 10 * MINUTES,
    slots: SLOTS,
    load: { chatty: 5, bursty: 2, silent: 1 },
    disturbances: HANGS,
    criteria: [disturbed(HANGS.length), someRotations, ...ALWAYS],
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
    name: 'odd-output',
    requirement: 'D13',
    description:
      'Terminals, lines that stay open for a long time, and lines of up to a megabyte beside usual ones: none is cut, joined or mixed with another, over rotations, cuts, a restart and a kill',
    durationSeconds: 15 * MINUTES,
    slots: SLOTS,
    load: { chatty: 3, terminal: 3, partial: 2, huge: 2 },
    disturbances: CUTS_IN_LINES,
    criteria: [disturbed(CUTS_IN_LINES.length), someRotations, ...ALWAYS],
  },
  {
    name: 'disk-full',
    requirement: 'D13',
    description:
      'The disk that has the output is full for a quarter of an hour, and the collector is killed meanwhile: health says so, and once there is room all lines are there, each once',
    durationSeconds: 30 * MINUTES,
    slots: SLOTS,
    load: { chatty: 6, bursty: 2 },
    disturbances: FULL_DISKS,
    // Not that health is always good: it must not be. A sink that fails is told after 10 s, so that the disk is full for longer than that at any compression up to 90.
    criteria: [disturbed(FULL_DISKS.length), healthTells([FULL_DISK]), ...ALWAYS],
  },
  {
    name: 'stored-log-rotation',
    requirement: 'D13',
    description:
      'The engine keeps two files of a megabyte of each log and rotates them all the time, while the collector is restarted and killed: no line that the engine still had is lost or comes twice',
    durationSeconds: 60 * MINUTES,
    slots: SLOTS,
    // A record of a line takes some 170 bytes: a file is full after ten minutes, or ten seconds at a compression of 60. A collector that is away for less can read every
    // line, so that none may be missing. Where a machine is so busy that one takes longer to begin, the engine has rotated lines away, and the phase fails
    // though it is nobody's fault: what is missing then ends where a file ends.
    load: { rotating: 4, silent: 1 },
    disturbances: RESTARTS,
    criteria: [disturbed(RESTARTS.length), someRotations, ...ALWAYS],
  },
  {
    name: 'short-lives',
    requirement: 'D13',
    // The engine removes the log with its container: who is told of it later cannot read it. On a machine so busy that this happens the phase fails.
    description:
      'Forty containers one after the other that live for 20 ms and are removed at once, beside others: every line of each is there',
    durationSeconds: 15 * MINUTES,
    slots: SLOTS,
    load: { chatty: 4, silent: 1 },
    disturbances: BRIEF,
    criteria: [disturbed(BRIEF.length), taskGrowthPerMinute(2), descriptorGrowthPerMinute(1), ...ALWAYS],
  },
  {
    name: 'restart-loop',
    requirement: 'D13',
    description:
      'Containers that end by themselves again and again and are started again, while connections are cut and the collector is restarted and killed: each life goes on where the one before ended',
    durationSeconds: 15 * MINUTES,
    slots: SLOTS,
    load: { chatty: 2, restarting: 4 },
    disturbances: CUTS_IN_LIVES,
    // Docker waits 100 ms before the first new start and twice as long before each further one: of 15 seconds that leaves five lives, on a busy machine four.
    criteria: [disturbed(CUTS_IN_LIVES.length), livesOfEach(4), someRotations, ...ALWAYS],
  },
  {
    name: 'few-descriptors',
    requirement: 'D13',
    description:
      '55 containers on 24 slots, and a limit of 128 descriptors: the collector never needs more, and no line is lost for it',
    durationSeconds: 30 * MINUTES,
    slots: 24,
    load: { chatty: 20, bursty: 15, silent: 20 },
    descriptorLimit: FEW_DESCRIPTORS,
    criteria: [
      descriptorsAtMost(FEW_DESCRIPTORS),
      poolSaturated(24),
      rotationsOfEach(4),
      alwaysHealthy,
      noDeadlineErrors,
      ...ALWAYS,
    ],
  },
  {
    name: 'clock-steps',
    requirement: 'D13',
    description:
      'The clock of the engine’s machine is set back by an hour, forward, and back again, and streams and collector go on from positions of before: no line is lost or repeated',
    durationSeconds: 15 * MINUTES,
    slots: SLOTS,
    load: { chatty: 5, bursty: 2, silent: 1 },
    disturbances: CLOCK_STEPS,
    criteria: [disturbed(CLOCK_STEPS.length), someRotations, ...ALWAYS],
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
    // Of memory 10 MiB an hour are allowed.
    description: 'A day, 40 containers on 50 slots: what grows too slowly for the other phases to show',
    durationSeconds: 24 * 60 * MINUTES,
    slots: SLOTS,
    load: { chatty: 16, bursty: 14, silent: 10 },
    criteria: [
      rotationsOfEach(200),
      taskGrowthPerMinute(0.05),
      descriptorGrowth(10),
      memoryGrowth(240),
      cpuSteady,
      alwaysHealthy,
      noDeadlineErrors,
      ...ALWAYS,
    ],
  },
]
