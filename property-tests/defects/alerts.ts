import type { Defect } from './defect.ts'

/** What the alerts must tell of, beside what other suites catch. */
export const ALERTS: readonly Defect[] = [
  {
    id: 'B5',
    origin: 'Go collector: heartbeats and temporary tasks of containers that were gone accumulated',
    description: 'The heartbeat of a container that is gone goes on',
    patches: [
      {
        file: 'reference/docker/container-roster.ts',
        find: 'await own.close({ deadlineMs: config.closeTimeoutMs })',
        replace: '',
      },
    ],
    caughtBy: [
      {
        file: 'reference/docker/container-roster.test.ts',
        test: 'a container that is gone leaves no task behind',
      },
    ],
  },
  {
    id: 'B291',
    origin: 'made up here',
    description: 'The limit of the stream pool does not hold',
    patches: [
      {
        file: 'reference/lifecycle/slot-pool.ts',
        find: 'new Semaphore(options.capacity)',
        replace: 'new Semaphore(2 * options.capacity)',
      },
      {
        file: 'reference/lifecycle/slot-pool.ts',
        find: 'return this.#semaphore.capacity',
        replace: 'return this.#semaphore.capacity / 2',
      },
      {
        file: 'reference/lifecycle/slot-pool.ts',
        find: 'return Math.max(0, this.active - this.capacity)',
        replace: 'return 0',
      },
    ],
    caughtBy: [{ file: 'property-tests/slot-pool.property.test.ts', test: 'slots go to who waited longest' }],
  },
  {
    id: 'B292',
    origin: 'the rule for rotations that are overdue, on the recorded clean day',
    description: 'A container that has ended counts as one that is not rotated: the alert never ends',
    patches: [
      {
        file: 'reference/docker/container-session.ts',
        find: 'this.#context.metrics.rotationNotDue(this.source)',
        replace: '',
      },
    ],
    caughtBy: [
      {
        file: 'reference/docker/container-roster.test.ts',
        test: 'a container that has ended has no rotation to be late with',
      },
    ],
  },
  {
    id: 'B294',
    origin: 'the rule for what a sink has taken, where labels name sinks',
    description: 'Lines that are for another sink count as not delivered',
    patches: [
      {
        file: 'reference/dispatch/spool/spool-feed.ts',
        find: 'this.#options.metrics.linesElsewhere(this.name, whole.ends.length)',
        replace: 'void whole',
      },
    ],
    caughtBy: [
      {
        file: 'reference/docker/label-sink.test.ts',
        test: 'a container goes to the sinks that its label names',
      },
    ],
  },
  {
    id: 'B293',
    origin: 'the rule for rotations that are stuck, on a recorded run with B8',
    description: 'Errors of streams begin at 1: for who asks for an increase the first never happened',
    patches: [
      {
        file: 'reference/metrics/metrics.ts',
        find: 'this.#streamErrors.inc({ error_type, container_id }, 0)',
        replace: 'void [error_type, container_id]',
      },
    ],
    caughtBy: [
      { file: 'reference/metrics/metrics.test.ts', test: 'what may come to be counted stands at 0 before' },
    ],
  },
  {
    id: 'B300',
    origin: 'the rule for reloads that failed, where the file is put back as it was',
    description: 'Only a reload that changes something ends that one was refused: the alert never ends',
    patches: [
      {
        file: 'reference/metrics/metrics.ts',
        find: "this.#lastReload.set(Number(result === 'applied' || result === 'unchanged'))",
        replace: "this.#lastReload.set(Number(result === 'applied'))",
      },
    ],
    caughtBy: [{ file: 'reference/reload/reload.test.ts', test: 'is told by metrics until one is taken' }],
  },
  {
    id: 'B301',
    origin: 'the rule for pushed lines that are refused',
    description:
      'A request that is told to come again counts as one that is wrong: no alert tells of a full spool',
    patches: [{ file: 'reference/push/push-intake.ts', find: "503: 'busy',", replace: "503: 'invalid'," }],
    caughtBy: [{ file: 'reference/http/push.test.ts', test: 'too much waits for a disk that hangs' }],
  },
]
