import type { Defect } from './defect.ts'

const origin = 'made up, to break one invariant'

/**
 * The collector broken on purpose, once for each invariant: what shows that the invariant can fail. These are no bugs that anyone had, so
 * `watertight defects` leaves them out.
 */
export const SABOTAGES: readonly Defect[] = [
  {
    id: 'I1',
    origin,
    description: 'The slot pool has a slot too many',
    patches: [
      {
        file: 'reference/main.ts',
        find: 'capacity: streamRotation.maxConcurrentStreams',
        replace: 'capacity: streamRotation.maxConcurrentStreams + 1',
      },
    ],
    caughtBy: ['ordinary-day'],
  },
  {
    id: 'I2',
    origin,
    description: 'The limit on open files is not kept',
    patches: [
      {
        file: 'reference/lifecycle/open-files.ts',
        find: 'let rooms = this.#limit - this.#entries.size',
        replace: 'let rooms = Infinity',
      },
    ],
    caughtBy: ['ordinary-day'],
  },
  {
    id: 'I3',
    origin,
    description: 'The heartbeat of a container that is gone goes on until the stop',
    patches: [
      {
        file: 'reference/docker/container-roster.ts',
        find: 'await this.#options.clock.sleep(this.#options.config.heartbeatIntervalMs, { signal })',
        replace:
          'try { await this.#options.clock.sleep(this.#options.config.heartbeatIntervalMs, this.#scope!) } catch { return }',
      },
    ],
    caughtBy: ['ordinary-day'],
  },
  {
    id: 'I4',
    origin,
    description: 'Reads are given twice the read timeout',
    patches: [
      {
        file: 'reference/docker/stream-turn.ts',
        find: 'new Watchdog(this.#context.clock, silenceMs, signal)',
        replace: 'new Watchdog(this.#context.clock, 2 * silenceMs, signal)',
      },
    ],
    caughtBy: ['ordinary-day'],
  },
  {
    id: 'I5',
    origin,
    description: 'Jitter makes the rotation interval longer',
    patches: [
      {
        file: 'reference/docker/stream-turn.ts',
        find: '0.8 + 0.15 * random.next()',
        replace: '1.2 + 0.15 * random.next()',
      },
    ],
    caughtBy: ['ordinary-day'],
  },
  {
    id: 'I6',
    origin,
    description: 'Turns last fifteen times as long as they may',
    patches: [
      {
        file: 'reference/main.ts',
        find: 'turnMs: slotTurnMs, clock',
        replace: 'turnMs: 15 * slotTurnMs, clock',
      },
    ],
    caughtBy: ['ordinary-day'],
  },
  {
    id: 'I7',
    origin,
    description: 'What was read before is delivered again',
    patches: [
      {
        file: 'reference/docker/reading/follow-reader.ts',
        find: 'if (connection.search !== undefined && !this.#search(connection, key, buffer, start)) return',
        replace: 'if (connection.search !== undefined) this.#search(connection, key, buffer, start)',
      },
    ],
    caughtBy: ['ordinary-day'],
  },
  {
    id: 'I8',
    origin,
    description: 'The subscription to events is not given back',
    patches: [
      {
        file: 'reference/docker/engine-watch.ts',
        find: '} finally {\n      events?.destroy()',
        replace: '} finally {',
      },
    ],
    caughtBy: ['ordinary-day'],
  },
  {
    id: 'I10',
    origin,
    description: 'A loss is not logged',
    patches: [
      {
        file: 'reference/docker/report-notices.ts',
        find: 'logger.error(',
        replace: 'Object.is(',
      },
    ],
    caughtBy: ['hard-day'],
  },
  {
    id: 'I11',
    origin,
    description: 'Positions are saved ten times less often',
    patches: [
      {
        file: 'reference/dispatch/positions/checkpointer.ts',
        find: 'waitAtMost(clock, config.checkpointIntervalMs,',
        replace: 'waitAtMost(clock, 10 * config.checkpointIntervalMs,',
      },
    ],
    caughtBy: ['hard-day'],
  },
  {
    id: 'I12',
    origin,
    description: 'Health leaves out the parts',
    patches: [
      {
        file: 'reference/main.ts',
        find: '...components.map((component) => component.checks()),',
        replace: '',
      },
    ],
    caughtBy: ['hard-day'],
  },
  {
    id: 'I13',
    origin,
    description: 'A line too many is counted with each block',
    patches: [
      {
        file: 'reference/dispatch/dispatcher.ts',
        find: 'metrics.linesRead(block.source, block.ends.length)',
        replace: 'metrics.linesRead(block.source, block.ends.length + 1)',
      },
    ],
    caughtBy: ['hard-day'],
  },
  {
    id: 'I14',
    origin,
    description: 'The bound on memory is four times as wide',
    patches: [
      {
        file: 'reference/dispatch/dispatcher.ts',
        find: 'new Budget({ bytesMax: options.config.queueBytesMax })',
        replace: 'new Budget({ bytesMax: 4 * options.config.queueBytesMax })',
      },
    ],
    caughtBy: ['hard-day'],
  },
  {
    id: 'I15',
    origin,
    description: 'One worker does all the work',
    patches: [
      {
        file: 'reference/dispatch/dispatcher.ts',
        find: 'workers,\n      sink: sink!,',
        replace: 'workers: 1,\n      sink: sink!,',
      },
    ],
    caughtBy: ['hard-day'],
  },
  {
    id: 'I16',
    origin,
    description: 'A stream that failed is opened again at once',
    patches: [
      {
        file: 'reference/docker/container-session.ts',
        find: 'await this.#backOffBeforeRetry(signal)\n        return mode',
        replace: 'return mode',
      },
    ],
    caughtBy: ['odd-day'],
  },
  {
    id: 'I17',
    origin,
    description: 'A heartbeat fails once, and is begun again',
    patches: [
      {
        file: 'reference/docker/container-roster.ts',
        find: '      session.checkRotation()\n',
        replace: `      session.checkRotation()
      if (session.source.name === 'idle' && !session.failed) throw Error(String((session.failed = 'once')))
`,
      },
    ],
    caughtBy: ['ordinary-day'],
  },
]
