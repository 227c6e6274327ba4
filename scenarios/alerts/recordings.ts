import { faults, runAndRemove, type World } from '../../simulators/index.ts'
import type { Recording } from './recording.ts'

/** For each alert a run that makes it fire, and a day on which none does. */
export const RECORDINGS: readonly Recording[] = [
  {
    name: 'clean-day',
    description: 'A day of eight containers: one ends and stays, one is restarted, jobs come and go',
    fires: [],
    minutes: 24 * 60,
    defect: null,
    prepare: (world) => run(world, 8, 180_000),
    atMinute(world, minute) {
      if (minute === 6 * 60) world.engine.stop('web-08')
      if (minute % 180 === 0) world.inject(faults.restart({ container: 'web-01' }))
      if (minute % 60 === 30)
        world.engine.addContainer(runAndRemove(`job-${minute}`, { lastsMs: 90_000, lines: 50 }))
    },
  },
  {
    name: 'full-pool',
    description: '11 containers take turns on 10 streams',
    fires: ['CollectorStreamPoolNearlyFull'],
    minutes: 45,
    defect: null,
    slots: 10,
    prepare: (world) => run(world, 11, 60_000),
  },
  {
    name: 'many-containers',
    description: 'More containers than the thresholds are for, each as it should be',
    fires: ['CollectorTasksHigh'],
    minutes: 15,
    defect: null,
    slots: 100,
    prepare: (world) => run(world, 80, 60_000),
  },
  {
    name: 'heartbeats-left',
    description: 'B5: the heartbeat of a container that is gone stays; a job begins every eight seconds',
    fires: [
      'CollectorTasksHigh',
      'CollectorTasksAboveBaseline',
      'CollectorTasksGrowing',
      'CollectorTasksPerContainerHigh',
    ],
    minutes: 80,
    defect: 'B5',
    prepare: (world) => run(world, 5, 10_000),
    atMinute(world, minute) {
      for (let job = 0; job < 8; job++) {
        const name = `job-${minute}-${job}`
        world.engine.addContainer({ ...runAndRemove(name, { lastsMs: 500, lines: 1 }) })
      }
    },
  },
  {
    name: 'blocked-read',
    description: 'B8: the reader of an idle stream never sees that it is cancelled, so no rotation completes',
    fires: [
      'CollectorRotationOverdue',
      'CollectorRotationRateLow',
      'CollectorRotationStuck',
      'CollectorUnhealthy',
    ],
    minutes: 80,
    defect: 'B8',
    prepare: (world) => void world.engine.addContainer({ name: 'idle', behaviour: { kind: 'silent' } }),
  },
  {
    name: 'pool-without-limit',
    description: "B291: the pool's limit does not hold",
    fires: ['CollectorStreamsAboveCapacity', 'CollectorStreamPoolNearlyFull'],
    minutes: 20,
    slots: 4,
    defect: 'B291',
    prepare: (world) => run(world, 8, 60_000),
  },
  {
    name: 'connections-reset',
    description: 'Something between collector and engine breaks every connection, every ten minutes',
    fires: ['CollectorStreamErrors'],
    minutes: 90,
    defect: null,
    prepare: (world) => run(world, 5, 5000),
    atMinute(world, minute) {
      if (minute % 10 === 0) world.inject(faults.reset({}))
    },
  },
  {
    name: 'streams-not-closed',
    description: 'B10: a stream that rotation leaves behind is never closed',
    fires: ['CollectorFileDescriptorsHigh'],
    minutes: 60,
    descriptorLimit: 256,
    defect: 'B10',
    prepare: (world) => run(world, 20, 10_000),
  },
  {
    name: 'memory-kept',
    description: 'What a real process with B10 said of its memory, over a world where nothing happens',
    fires: ['CollectorMemoryGrowing'],
    minutes: 480,
    defect: null,
    process: 'leaking-process.json',
    prepare: (world) => run(world, 2, 60_000),
  },
  {
    name: 'memory-steady',
    description: 'What a real process without a defect said of its memory, from its start',
    fires: [],
    minutes: 480,
    defect: null,
    process: 'clean-process.json',
    prepare: (world) => run(world, 2, 60_000),
  },
  {
    name: 'full-disk',
    description: 'The disk of the log files is full; reading goes on until memory for it is used up',
    fires: ['CollectorCaptureLow', 'CollectorUnhealthy'],
    minutes: 90,
    defect: null,
    prepare: (world) => run(world, 5, 2000),
    atMinute(world, minute) {
      if (minute === 20) world.inject(faults.noSpace({ path: /^\/logs/ }))
    },
  },
  {
    name: 'engine-away',
    description: 'The engine is away for twenty minutes',
    fires: ['CollectorUnhealthy', 'CollectorRotationOverdue', 'CollectorStreamErrors'],
    minutes: 60,
    defect: null,
    prepare: (world) => run(world, 5, 5000),
    atMinute(world, minute) {
      if (minute === 20) world.inject(faults.goAway({}))
      if (minute === 40) world.inject(faults.comeBack({}))
    },
  },
  {
    name: 'wrong-configuration',
    description: 'Somebody misspells a key and has it reloaded; an hour later it is put right',
    fires: ['CollectorReloadFailed'],
    minutes: 100,
    defect: null,
    prepare: (world) => run(world, 2, 60_000),
    atMinute(_, minute, people) {
      if (minute === 20) people.reload('dispatcher: { worker: 3 }')
      if (minute === 80) people.reload('dispatcher: { retries_max: 3 }')
    },
  },
  {
    name: 'pushed-to-a-full-disk',
    description: 'Programs push lines, and the disk of the spool is full',
    fires: ['CollectorCaptureLow', 'CollectorPushRefused', 'CollectorUnhealthy'],
    minutes: 60,
    defect: null,
    push: true,
    prepare: (world) => run(world, 1, 60_000),
    atMinute(world, minute, people) {
      if (minute === 20) world.inject(faults.noSpace({ path: /^\/state/ }))
      people.push()
    },
  },
  {
    name: 'pushed-and-reloaded',
    description: 'Programs push lines, which are taken, and settings are changed, which are taken up',
    fires: [],
    minutes: 180,
    defect: null,
    push: true,
    prepare: (world) => run(world, 3, 60_000),
    atMinute(_, minute, people) {
      if (minute % 30 === 10) people.reload(`dispatcher: { checkpoint_interval: ${minute}s }`)
      if (minute % 30 === 20) people.reload('')
      people.push()
    },
  },
  {
    name: 'falls-silent',
    description:
      'The anomaly detector watches three containers; after an hour one of them writes nothing any more',
    fires: ['CollectorAnomaly'],
    minutes: 80,
    defect: null,
    anomaly: true,
    prepare: (world) => run(world, 3, 2000),
    atMinute(world, minute) {
      if (minute === 60) world.engine.container('web-02').setBehaviour({ kind: 'silent' })
    },
  },
  {
    name: 'watched-hours',
    description:
      'The anomaly detector watches three containers that go on as they are, and jobs that come and go',
    fires: [],
    minutes: 240,
    defect: null,
    anomaly: true,
    prepare: (world) => run(world, 3, 4000),
    atMinute(world, minute) {
      if (minute % 60 === 30)
        world.engine.addContainer(runAndRemove(`job-${minute}`, { lastsMs: 90_000, lines: 50 }))
    },
  },
]

/** Containers that write a line each so many milliseconds; every fourth is silent. */
function run(world: World, count: number, everyMs: number): void {
  for (let number = 1; number <= count; number++) {
    const name = `web-${String(number).padStart(2, '0')}`
    const behaviour =
      number % 4 === 0 ? ({ kind: 'silent' } as const) : ({ kind: 'chatty', everyMs, jitter: 0.1 } as const)
    world.engine.addContainer({ name, behaviour })
  }
}
