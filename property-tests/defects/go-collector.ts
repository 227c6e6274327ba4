import type { Defect } from './defect.ts'

const origin = 'The Go collector whose leaks this project was made of'
const slotPoolTest = 'reference/lifecycle/slot-pool.test.ts'

/** Those of the Go collector that nothing else of the catalogue stands for, each by its number in the list of them. */
export const GO_COLLECTOR: readonly Defect[] = [
  {
    id: 'B1',
    origin: `${origin}: five tasks of each dispatcher went on after its stop`,
    description: 'The workers and the statistics are not joined when the delivery stops',
    patches: [
      {
        file: 'reference/dispatch/dispatcher.ts',
        find: 'run: async (deadlineMs) => (await this.#scope?.close({ deadlineMs })) ?? null,',
        replace: 'run: async () => null,',
      },
      {
        file: 'reference/main.ts',
        find: "name: 'tasks', atMostMs: 500, reservedMs: 50, run: closeOf(scope)",
        replace: "name: 'tasks', atMostMs: 500, reservedMs: 50, run: async () => void closeOf(scope)",
      },
    ],
    caughtBy: ['collector-property'],
  },
  {
    id: 'B2',
    origin: `${origin}: 100 to 1000 retries were alive after a stop`,
    description: 'What repeats writes that failed belongs to no scope: it goes on after the stop',
    patches: [
      {
        file: 'reference/dispatch/pipeline/sink-pipeline.ts',
        find: "scope.keep('dispatch_retry', name, (signal) => this.#wakeWaiting(signal))",
        replace: 'void this.#wakeWaiting(new AbortController().signal)',
      },
    ],
    caughtBy: ['collector-property'],
  },
  {
    id: 'B3',
    origin: `${origin}: the loop that cleans up was not joined`,
    description: 'What gives up names that are no longer used goes on after the stop',
    patches: [
      {
        file: 'reference/push/push-intake.ts',
        find: "scope.keep('push_forget', 'push', (signal) => this.#forgetUnused(signal))",
        replace: 'void this.#forgetUnused(new AbortController().signal)',
      },
    ],
    caughtBy: [{ file: 'reference/http/push.test.ts', test: 'a stop leaves no task and no timer' }],
  },
  {
    id: 'B6',
    origin: `${origin}: timers of retries stayed when they were cancelled first`,
    description: 'A sleep that is cancelled leaves its timer',
    patches: [
      {
        file: 'reference/adapters/node-clock.ts',
        find: 'using _timer = this.after(ms, resolve)',
        replace: 'this.after(ms, resolve)',
      },
    ],
    caughtBy: [
      {
        file: 'reference/adapters/node-clock.test.ts',
        test: 'a sleep that is aborted rejects with the reason',
      },
    ],
  },
  {
    id: 'B11',
    origin: `${origin}: the position was a stamp, of which two lines may have the same`,
    description: 'What is as old as what was delivered, by its stamp, is taken for read',
    patches: [
      {
        file: 'reference/docker/reading/search/replay-filter.ts',
        find: "return maybeOld && this.#history.find(key) >= 0 ? 'doubt' : 'new'",
        replace: "if (maybeOld) this.#replayed += 1\n    return maybeOld ? 'replay' : 'new'",
      },
    ],
    caughtBy: [
      'collector-property',
      { file: 'property-tests/cursor.property.test.ts', test: 'over any sequence of connections' },
    ],
  },
  {
    id: 'B12',
    origin: `${origin}: one descriptor was open for each file name it had ever seen`,
    description: 'Open files are not bounded',
    patches: [
      {
        file: 'reference/lifecycle/open-files.ts',
        find: 'let rooms = this.#limit - this.#entries.size',
        replace: 'let rooms = Infinity',
      },
    ],
    caughtBy: [
      { file: 'reference/lifecycle/open-files.test.ts', test: 'within the limit, one user at a time' },
    ],
  },
  {
    id: 'B15',
    origin: `${origin}: its pool drained to zero while the engine failed`,
    description: 'The slot of a stream that failed is not given back',
    patches: [
      {
        file: 'reference/docker/container-session.ts',
        find: 'slot.release()\n      this.#turn = null',
        replace: "if (end?.kind !== 'failed') slot.release()\n      this.#turn = null",
      },
    ],
    caughtBy: ['collector-property'],
  },
  {
    id: 'B16',
    origin: `${origin}: of 55 containers on 50 slots five were never read`,
    description: 'Nobody is asked to yield: containers beyond the capacity of the pool are never read',
    patches: [
      {
        file: 'reference/lifecycle/slot-pool.ts',
        find: 'const longest = this.#owed() > 0 ? this.#longestTurn() : undefined',
        replace: 'const longest = this.#owed() > Infinity ? this.#longestTurn() : undefined',
      },
    ],
    caughtBy: [
      'collector-property',
      { file: slotPoolTest, test: 'turns end in the order in which they began' },
    ],
  },
  {
    id: 'B18',
    origin: `${origin}: a stop lost what was accepted and not yet written`,
    description: 'What is taken counts as stored, and a stop does not wait for it to be',
    patches: [
      {
        file: 'reference/dispatch/direct-delivery.ts',
        find: 'this.#pipeline.push({ block, permit })',
        replace:
          'this.#options.positions.advance(block.source, block.position)\n    this.#pipeline.push({ block, permit })',
      },
      {
        file: 'reference/dispatch/dispatcher.ts',
        find: 'if (mode === null || this.#running?.signal.aborted !== false) return',
        replace: 'if (mode !== undefined) return',
      },
    ],
    caughtBy: [
      { file: 'reference/dispatch/stopping.test.ts', test: 'what was taken and is not yet written' },
    ],
  },
  {
    id: 'B19',
    origin: `${origin}: what its anomaly detector had learnt was gone after each stop`,
    description: 'The model of the anomaly detector is not saved when the collector stops',
    patches: [
      {
        file: 'reference/anomalies/anomaly-detection.ts',
        find: 'run: (deadlineMs) => this.#saveAtLast(deadlineMs),',
        replace: 'run: async () => {},',
      },
    ],
    caughtBy: [
      {
        file: 'reference/anomalies/anomaly-detection.test.ts',
        test: 'what was learnt is saved with the stop',
      },
    ],
  },
  {
    id: 'B20',
    origin: `${origin}: one close that failed kept the rest from being closed`,
    description: 'A step of the stop that fails ends it',
    patches: [
      {
        file: 'reference/lifecycle/stop-sequence.ts',
        find: 'return error instanceof DeadlineError ?',
        replace:
          'if (!(error instanceof DeadlineError)) throw error\n    return error instanceof DeadlineError ?',
      },
    ],
    caughtBy: [
      { file: 'reference/lifecycle/stop-sequence.test.ts', test: 'a step that hangs is named, and the next' },
    ],
  },
  {
    id: 'B21',
    origin: `${origin}: each rotation had the engine read the whole log of the container`,
    description: 'A stream is opened again without a bound on what is sent of the log',
    patches: [
      {
        file: 'reference/docker/reading/tail-policy.ts',
        find: 'return tail > seen + SEEN_SLACK ? undefined : tail',
        replace: 'return tail > 0 ? undefined : tail',
      },
    ],
    caughtBy: [
      {
        file: 'reference/docker/reading/container-reader.test.ts',
        test: 'a first connection asks for the whole log, a later one for little more',
      },
    ],
  },
]
