import type { Defect } from './defect.ts'

const origin = 'The collector, as it came to take up other settings while it runs'
const reloadTest = 'reference/reload/reload.test.ts'
const property = {
  file: 'property-tests/reload.property.test.ts',
  test: 'whatever is reloaded, whenever, with faults',
}
const spooled = 'reference/dispatch/spool/spooled-delivery.ts'
const dispatcher = 'reference/dispatch/dispatcher.ts'

/** What a reload loses, leaves, or touches although it did not change; and two of the field that show where a whole collector starts and stops. */
export const RELOAD: readonly Defect[] = [
  {
    id: 'B14',
    origin:
      'The Go system: connections to the engine are open after the stop, a hundred after a hundred cycles',
    description: 'The connections to the engine are not closed when the collector stops',
    patches: [
      {
        file: 'reference/main.ts',
        find: 'run: async () => engine.close()',
        replace: 'run: async () => {}',
      },
    ],
    caughtBy: [
      {
        file: 'property-tests/real-handles.test.ts',
        test: '100 starts and stops, some while streams hang',
      },
    ],
  },
  {
    id: 'B500',
    origin: 'The phase connection-churn, on the simulated daemon',
    description: 'A container monitor that is stopped over the API keeps its connections to the engine',
    patches: [
      {
        file: 'reference/main.ts',
        find: 'release: async () => engine.close(),',
        replace: '',
      },
    ],
    caughtBy: [
      {
        file: 'property-tests/real-handles.test.ts',
        test: 'a container monitor that is stopped over the API leaves no connection to the engine',
      },
    ],
  },
  {
    id: 'B17',
    origin: 'The Go system: a stop during the start leaves the half that was started',
    description: 'What a start that fails or is stopped has begun is not given back',
    patches: [
      {
        file: 'reference/main.ts',
        find: 'if (app === own) await stop(STOP_DEADLINE_MS)',
        replace: 'if (app === own) app = null',
      },
    ],
    caughtBy: ['collector-property'],
  },
  {
    id: 'B360',
    origin,
    description: 'A sink that is switched on by a reload gets a place behind what comes while it is saved',
    patches: [
      {
        file: spooled,
        find: 'const from = this.#options.positions.sink(sink.name).spool!',
        replace: 'const from = this.#options.spool.end',
      },
    ],
    caughtBy: [property],
  },
  {
    id: 'B361',
    origin,
    description: 'A reload begins every session anew, whatever changed',
    patches: [
      {
        file: 'reference/docker/container-roster.ts',
        find: 'if (entry.session?.isOutdated(review) === true) entry.scope?.abort(OUTDATED)',
        replace: 'if (entry.session?.isOutdated(review) !== undefined) entry.scope?.abort(OUTDATED)',
      },
    ],
    caughtBy: [{ file: reloadTest, test: 'nothing of what did not change' }],
  },
  {
    id: 'B362',
    origin,
    description: 'A sink that is switched off by a reload is forgotten at once, with what it is owed',
    patches: [
      {
        file: 'reference/dispatch/positions/position-store.ts',
        find: 'state.offSinceMs = names.includes(name) ? undefined : (state.offSinceMs ?? nowMs)',
        replace:
          'if (names.includes(name)) state.offSinceMs = undefined\n      else this.#sinks.delete(name)',
      },
    ],
    caughtBy: [property],
  },
  {
    id: 'B363',
    origin,
    description:
      'A sink whose write goes on that can neither be cancelled nor repeated is given up all the same',
    patches: [
      {
        file: 'reference/dispatch/spool/spool-feed.ts',
        find: 'if (this.#pipeline.isWriting && sink.limits.writeDeadlineMs === null) return false',
        replace: 'if (this.#pipeline.isWriting && sink === null) return false',
      },
    ],
    caughtBy: [{ file: reloadTest, test: 'a sink that does not let go' }],
  },
  {
    id: 'B364',
    origin,
    description: 'Keys that need a restart are taken up in part',
    patches: [
      {
        file: 'reference/reload/reloading.ts',
        find: 'if (lasting.length > 0)',
        replace: 'if (lasting.length > 99)',
      },
    ],
    caughtBy: [{ file: reloadTest, test: 'a key that needs a restart is named' }],
  },
  {
    id: 'B365',
    origin,
    description: 'A sink that goes is not closed',
    patches: [
      {
        file: dispatcher,
        find: 'await Promise.all(going.map((sink) => this.#closeSink(sink)))',
        replace: 'await Promise.all(going.map(() => Promise.resolve()))',
      },
    ],
    caughtBy: [property],
  },
  {
    id: 'B367',
    origin,
    description: 'A stream that is open keeps the rotation interval it was opened with',
    patches: [
      {
        file: 'reference/docker/container-monitor.ts',
        find: 'this.#reconfigured.notifyAll()',
        replace: 'void this.#reconfigured',
      },
    ],
    caughtBy: [{ file: reloadTest, test: 'a shorter rotation interval' }],
  },
  {
    id: 'B368',
    origin,
    description: 'What waits while one way of delivery gives way to another is lost',
    patches: [
      {
        file: dispatcher,
        find: 'await withDeadline(clock, what, SETTLE_MS, signal, (own) => mode.drain({ signal: own }))',
        replace: 'void what\n    void mode\n    void clock',
      },
    ],
    caughtBy: [{ file: reloadTest, test: 'what is queued for the only sink' }],
  },
  {
    id: 'B369',
    origin,
    description: 'Who holds a slot that there is no more keeps it',
    patches: [
      {
        file: 'reference/lifecycle/slot-pool.ts',
        find: 'return Math.max(0, this.active - this.capacity)',
        replace: 'return 0 * this.capacity',
      },
    ],
    caughtBy: [{ file: reloadTest, test: 'fewer slots are waited for' }],
  },
  {
    id: 'B302',
    origin,
    description:
      'A certificate of the API that was replaced is not shown: whoever connects sees the one that has run out',
    patches: [
      {
        file: 'reference/adapters/fastify-http-server.ts',
        find: 'for (const server of this.#servers) server.setSecureContext(files)',
        replace: 'void this.#servers',
      },
    ],
    caughtBy: [
      {
        file: 'reference/adapters/tls-http-server.test.ts',
        test: 'files that hold another certificate are shown',
      },
    ],
  },
  {
    id: 'B303',
    origin,
    description: 'A certificate that is no good is passed over: the reload is told as one that was taken up',
    patches: [
      {
        file: 'reference/reload/reloading.ts',
        find: 'tls = await readTls(signal)',
        replace: 'tls = await readTls(signal).catch(() => null)',
      },
    ],
    caughtBy: [{ file: reloadTest, test: 'that are no good have a reload refused' }],
  },
  {
    id: 'B304',
    origin,
    description: 'A certificate is shown although the reload it came with is refused',
    patches: [
      {
        file: 'reference/reload/reloading.ts',
        find: 'tls = await readTls(signal)',
        replace: 'tls = await readTls(signal)\n      tls?.show()',
      },
    ],
    caughtBy: [{ file: reloadTest, test: 'are shown once everything else is taken up' }],
  },
  {
    id: 'B305',
    origin,
    description: 'A sink keeps the certificate and the authorities that it began with',
    patches: [
      {
        file: 'reference/adapters/undici-http-client.ts',
        find: 'if (tls !== null) await this.#readTls(tls)',
        replace: 'const first = tls === null ? null : await this.#readTls(tls)',
      },
      {
        file: 'reference/adapters/undici-http-client.ts',
        find: 'connect: tls === null ? { timeout: CONNECT_MS } : this.#connector(undici, tls)',
        replace: 'connect: { timeout: CONNECT_MS, ...first }',
      },
    ],
    caughtBy: [
      {
        file: 'reference/adapters/undici-http-client.test.ts',
        test: 'files that are replaced are read for the next connection',
      },
    ],
  },
]
