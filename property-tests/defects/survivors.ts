import type { Defect } from './defect.ts'

const origin = 'put back into the collector at b5e9cc7: no suite saw it'

/** What could be broken without any suite noticing. */
export const SURVIVORS: readonly Defect[] = [
  {
    id: 'B130',
    origin,
    description: 'A stream that opens after its deadline is never destroyed',
    patches: [
      {
        file: 'reference/docker/stream-turn.ts',
        find: '(late) => late.destroy(),',
        replace: '() => {},',
      },
    ],
    caughtBy: [
      'odd-day',
      {
        file: 'reference/docker/container-monitor.test.ts',
        test: 'a log that is opened after its deadline is given back',
      },
    ],
  },
  {
    id: 'B131',
    origin,
    description: 'The bound on the bytes of the queue is not applied',
    patches: [
      {
        file: 'reference/dispatch/budget.ts',
        find: 'return this.#held === 0 || this.#held + setAside + bytes <= this.#bytesMax',
        replace: 'return true',
      },
    ],
    caughtBy: [
      'odd-day',
      { file: 'reference/dispatch/budget.test.ts', test: 'never gives more than its bound' },
      { file: 'reference/dispatch/dispatcher.test.ts', test: 'the bound on memory is applied' },
    ],
  },
  {
    id: 'B132',
    origin,
    description: 'A back-off is never reset',
    patches: [{ file: 'reference/lifecycle/back-off.ts', find: 'this.#attempts = 0\n  }', replace: '}' }],
    caughtBy: [
      {
        file: 'property-tests/back-off.property.test.ts',
        test: 'no delay is longer than the failures since the last success allow',
      },
      {
        file: 'reference/dispatch/pipeline/sink-pipeline.test.ts',
        test: 'is repeated with a back-off that grows, and begins anew',
      },
      {
        file: 'reference/docker/engine-watch.test.ts',
        test: 'lists that fail are asked for ever less often, and the delays begin anew',
      },
    ],
  },
  {
    id: 'B133',
    origin,
    description: 'The slot pool takes turns in the wrong order: the shortest ends first',
    patches: [
      {
        file: 'reference/lifecycle/slot-pool.ts',
        find: 'for (const [slot, since] of this.#turns) return',
        replace: 'for (const [slot, since] of [...this.#turns].toReversed()) return',
      },
    ],
    caughtBy: [
      { file: 'reference/lifecycle/slot-pool.test.ts', test: 'turns end in the order in which they began' },
    ],
  },
  {
    id: 'B134',
    origin,
    description:
      'The watchdog is not armed again after a stream was found idle: one that is stuck later is never noticed',
    patches: [
      {
        file: 'reference/docker/stream-turn.ts',
        find: "watchdog.rearm(this.#context.config.readTimeoutMs)\n    if (beyond === 'nothing')",
        replace: "watchdog.rearm(1e9)\n    if (beyond === 'nothing')",
      },
    ],
    caughtBy: ['idle-stream', 'ordinary-day'],
  },
  {
    id: 'B135',
    origin,
    description: 'The resync never lists: a container of which no event told is never found',
    patches: [
      {
        file: 'reference/docker/engine-watch.ts',
        find: 'const pauseMs = believed ? this.#listIntervalMs : backOff.next()',
        replace: 'const pauseMs = believed ? 1e9 : backOff.next()',
      },
    ],
    caughtBy: [
      'odd-day',
      {
        file: 'reference/docker/container-roster.test.ts',
        test: 'a container is followed of which no event told',
      },
    ],
  },
  {
    id: 'B136',
    origin,
    description: 'The series of a container that was removed stay',
    patches: [
      {
        file: 'reference/docker/retirement.ts',
        find: 'this.#options.metrics.forgetContainer(source)',
        replace: '',
      },
    ],
    caughtBy: [
      'odd-day',
      {
        file: 'reference/docker/container-roster.test.ts',
        test: 'what a destroy event names and an inspection does not find is given up at once',
      },
    ],
  },
  {
    id: 'B137',
    origin,
    description: 'In JSON every line is said to come from standard output',
    patches: [
      {
        file: 'reference/sinks/record-format.ts',
        find: "=== STDERR ? 'stderr' : 'stdout'",
        replace: "=== STDERR ? 'stdout' : 'stdout'",
      },
    ],
    caughtBy: [
      'odd-day',
      { file: 'reference/sinks/record-format.test.ts', test: 'a record says which stream it comes from' },
    ],
  },
]
