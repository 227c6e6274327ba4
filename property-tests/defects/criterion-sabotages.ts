import type { Defect } from './defect.ts'

const origin = 'made up, to fail one criterion'
const caughtBy = ['every-criterion'] as const
const atOperations = ['every-operation'] as const
const main = 'reference/main.ts'
const loki = 'reference/sinks/loki/loki-sink.ts'

const watch = 'reference/docker/engine-watch.ts'
/** As the last thing of a list. */
const listed = 'return onListed(containers)'
const spawnAtList = (what: string): string =>
  `for (const ms of ${what}) this.leftover.spawn('leftover', 'engine', (own) => this.#options.clock.sleep(ms, { signal: own })).done.catch(() => {})
    ${listed}`
const scopeForLeftovers = {
  file: watch,
  find: "scope.keep('monitor_list', 'engine', (signal) => this.#keepListing(signal))",
  replace:
    "this.leftover = scope\n    scope.keep('monitor_list', 'engine', (signal) => this.#keepListing(signal))",
}

/** What the sink does with its files when it is closed, which no invariant looks at any more. */
const atClose = (doWithPath: string): Defect['patches'] => [
  {
    file: 'reference/sinks/local-file/local-file-sink.ts',
    find: '    await this.#open.closeAll()\n  }',
    replace: `    await this.#open.closeAll()
    const { fileSystem } = this.#options
    for (const { path } of this.#files.values()) {
      const text = async () => {
        const file = await fileSystem.open(path, 'r')
        const bytes = new Uint8Array((await file.stat()).size)
        await file.read(bytes, 0)
        await file.close()
        return Buffer.from(bytes).toString('latin1')
      }
      const write = async (to, content) => {
        const file = await fileSystem.open(to, 'a+')
        await file.write([Buffer.from(content, 'latin1')])
        await file.close()
      }
      ${doWithPath}
    }
  }`,
  },
]

/**
 * The collector, or the testbed, broken on purpose, once for each criterion of a phase that virtual time can measure: what shows that it can fail while nothing
 * else does. `watertight defects` leaves them out, as those of the invariants.
 */
export const CRITERION_SABOTAGES: readonly Defect[] = [
  {
    id: 'K1',
    origin,
    description: 'Each list leaves two tasks until the stop',
    patches: [scopeForLeftovers, { file: watch, find: listed, replace: spawnAtList('[1e8, 1e8]') }],
    caughtBy,
  },
  {
    id: 'K2',
    origin,
    description: 'Each list leaves two tasks for ten minutes',
    patches: [scopeForLeftovers, { file: watch, find: listed, replace: spawnAtList('[6e5, 6e5]') }],
    caughtBy,
  },
  {
    id: 'K3',
    origin,
    description: 'A hundred tasks wait from the start on',
    patches: [
      {
        file: watch,
        find: scopeForLeftovers.find,
        replace: `for (let n = 0; n < 100; n++) scope.spawn('leftover', String(n), (own) => this.#options.clock.sleep(1e8, { signal: own })).done.catch(() => {})
    ${scopeForLeftovers.find}`,
      },
    ],
    caughtBy,
  },
  {
    id: 'K4',
    origin,
    description: 'Rotations are not counted',
    patches: [
      {
        file: 'reference/metrics/metrics.ts',
        find: 'this.#rotations.inc({ ...labels, reason })',
        replace: 'this.#rotations.inc({ ...labels, reason }, 0)',
      },
    ],
    caughtBy,
  },
  {
    id: 'K5',
    origin,
    description: 'The pool is told to be larger than it is',
    patches: [
      {
        file: 'reference/metrics/metrics.ts',
        find: 'slots.active / slots.capacity,',
        replace: 'slots.active / (slots.capacity + 1),',
      },
    ],
    caughtBy,
  },
  {
    id: 'K6',
    origin,
    description: 'Each list subscribes to events twice more, and all are kept until the stop',
    patches: [
      {
        file: watch,
        find: listed,
        replace: `for (const _ of 'ab') {
      const more = await engine.openEvents({ signal })
      signal.addEventListener('abort', () => more.destroy())
    }
    ${listed}`,
      },
    ],
    caughtBy,
  },
  {
    id: 'K7',
    origin,
    description: 'Health is not good while a container waits for its slot',
    patches: [
      {
        file: 'reference/docker/container-monitor.ts',
        find: 'const unread = this.#roster.sessions.filter((session) => session.unreadForMs > UNREAD_MAX_MS)',
        replace: 'const unread = this.#roster.sessions.filter((session) => session.waitingForSlot)',
      },
    ],
    caughtBy,
  },
  {
    id: 'K8',
    origin,
    description: 'Each rotation is counted as a deadline that was missed',
    patches: [
      {
        file: 'reference/metrics/metrics.ts',
        find: 'this.#rotations.inc({ ...labels, reason })',
        replace:
          "this.#rotations.inc({ ...labels, reason })\n    this.streamError('read_timeout', container)",
      },
    ],
    caughtBy,
  },
  {
    id: 'K9',
    origin,
    description: 'When a file is closed, what it holds is cut to its first line',
    patches: atClose(
      "const file = await fileSystem.open(path, 'r+'); await file.truncate((await text()).indexOf('\\n') + 1); await file.close()",
    ),
    caughtBy,
  },
  {
    id: 'K10',
    origin,
    description: 'When a file is closed it is copied to another one beside it',
    patches: atClose('await write(path.replace(/-[^-]*$/, ".old"), await text())'),
    caughtBy,
  },
  {
    id: 'K11',
    origin,
    description: 'When a file is closed its lines are put in another order',
    patches: atClose(
      'const lines = (await text()).split("\\n").slice(0, -1); await fileSystem.unlink(path); await write(path.replace(/-[^-]*$/, ".old"), `${lines.reverse().join("\\n")}\\n`)',
    ),
    caughtBy,
  },
  {
    id: 'K12',
    origin,
    description: 'The sink leaves a note of its own beside the logs',
    patches: atClose('await write(path.replace(/[^/]*$/, "README"), "these are logs\\n")'),
    caughtBy,
  },
  {
    id: 'K13',
    origin,
    description: 'A stop is over twelve seconds after everything has ended',
    patches: [
      {
        file: 'reference/main.ts',
        find: '[...steps, tasksEnd])\n    app = null',
        replace:
          '[...steps, tasksEnd])\n    await clock.sleep(12_000, { signal: new AbortController().signal })\n    app = null',
      },
    ],
    caughtBy,
  },
  {
    id: 'K14',
    origin,
    description: 'A disturbance comes five minutes late, and the last ones never',
    patches: [
      {
        file: 'scenarios/engines/disturber.ts',
        find: 'next.atSeconds >= until',
        replace: 'next.atSeconds + 300 >= until',
      },
    ],
    caughtBy,
  },
  {
    id: 'K15',
    origin,
    description: 'The API answers that a monitor will be stopped',
    patches: [
      {
        file: 'reference/http/monitor-routes.ts',
        find: 'return json(200, { monitors: states })',
        replace: "return json(action === 'start' ? 202 : 200, { monitors: states })",
      },
    ],
    caughtBy: atOperations,
  },
  {
    id: 'K16',
    origin,
    description: 'A container monitor that is stopped subscribes to events for three seconds more',
    patches: [
      {
        file: main,
        find: 'release: async () => engine.close(),',
        replace: `release: async () => {
      const signal = new AbortController().signal
      const more = await engine.openEvents({ signal })
      void ports.clock.sleep(3000, { signal }).then(() => more.destroy())
    },`,
      },
    ],
    caughtBy: atOperations,
  },
  {
    id: 'K17',
    origin,
    description: 'Each stop of a monitor leaves a task until the collector stops',
    patches: [
      {
        file: 'reference/lifecycle/monitor-switch.ts',
        find: 'if (this.#offSinceMs !== null) await this.#release()',
        replace: `if (this.#offSinceMs !== null) {
      await this.#release()
      this.#scope?.spawn('leftover', 'stop', (own) => this.#options.clock.sleep(1e8, { signal: own })).done.catch(() => {})
    }`,
      },
    ],
    caughtBy: atOperations,
  },
  {
    id: 'K18',
    origin,
    description: 'Each stop of the file monitor opens a file until the collector stops',
    patches: [
      {
        file: main,
        find: 'release: () => monitor.close(),',
        replace: 'release: async () => { await monitor.close(); await live.leave() },',
      },
      {
        file: main,
        find: 'const fileControl =',
        replace: `const left = []
  live.leave = async () => left.push(await fileSystem.open('/state/left', 'a+'))
  const fileControl =`,
      },
      {
        file: main,
        find: '    engineConnections(engine),',
        replace: `    { ...engineConnections(engine), stopSteps: () => [{ name: 'engine', atMostMs: 100, run: async () => { engine.close(); for (const file of left.splice(0)) await file.close() } }] },`,
      },
    ],
    caughtBy: atOperations,
  },
  {
    id: 'K19',
    origin,
    description: 'The sink tells of one file more than it has open',
    patches: [
      {
        file: 'reference/metrics/metrics.ts',
        find: 'this.#openFiles.set(count)',
        replace: 'this.#openFiles.set(count + 1)',
      },
    ],
    caughtBy: atOperations,
  },
  {
    id: 'K20',
    origin,
    description: 'In its first minutes a collector takes sixteen seconds more to stop',
    patches: [
      {
        file: main,
        find: '[...steps, tasksEnd])\n    app = null',
        replace:
          '[...steps, tasksEnd])\n    await clock.sleep(clock.now() < Date.UTC(2026, 0, 1, 0, 3) ? 16_000 : 0, { signal: new AbortController().signal })\n    app = null',
      },
    ],
    caughtBy: atOperations,
  },
  {
    id: 'K21',
    origin,
    description: 'In its sixth minute a collector takes twelve seconds more to stop',
    patches: [
      {
        file: main,
        find: '[...steps, tasksEnd])\n    app = null',
        replace:
          '[...steps, tasksEnd])\n    await clock.sleep(Math.floor((clock.now() - Date.UTC(2026, 0, 1)) / 60_000) === 5 ? 12_000 : 0, { signal: new AbortController().signal })\n    app = null',
      },
    ],
    caughtBy: atOperations,
  },
  {
    id: 'K22',
    origin,
    description: 'What Loki says that it does not take is given up',
    patches: [
      {
        file: loki,
        find: "if (verdict.kind !== 'doubt') return verdict",
        replace: "if (verdict.kind !== 'doubt') return verdict.kind === 'again' ? held() : verdict",
      },
    ],
    caughtBy: atOperations,
  },
  {
    id: 'K23',
    origin,
    description: 'Each push to Loki is sent twice',
    patches: [
      {
        file: loki,
        find: 'return await this.#endpoint.post(body, headers, signal)',
        replace:
          'await this.#endpoint.post(body, headers, signal)\n    return await this.#endpoint.post(body, headers, signal)',
      },
    ],
    caughtBy: atOperations,
  },
]
