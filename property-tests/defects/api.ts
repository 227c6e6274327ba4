import type { Defect } from './defect.ts'

const http = 'reference/http'
const monitorSwitch = 'reference/lifecycle/monitor-switch.ts'
const accessTest = `${http}/access.test.ts`
const monitorsTest = `${http}/monitors.test.ts`
const origin = 'The API, as it came to start and stop monitors'

/** What is told or allowed wrongly over the API, and what a monitor that is stopped over it loses or leaves. */
export const API: readonly Defect[] = [
  {
    id: 'B271',
    origin,
    description: 'A monitor is started again beside tasks of its last run that have not ended',
    patches: [{ file: monitorSwitch, find: 'if (left.length > 0) {', replace: 'if (left.length > 1000) {' }],
    caughtBy: [
      {
        file: 'reference/lifecycle/monitor-switch.test.ts',
        test: 'what did not end by the deadline is named',
      },
    ],
  },
  {
    id: 'B272',
    origin,
    description: 'Health is good while a monitor is stopped and nothing is read',
    patches: [
      {
        file: monitorSwitch,
        find: 'if (this.#offSinceMs === null) return this.#monitor.checks()',
        replace: 'if (this.#offSinceMs !== -1) return this.#monitor.checks()',
      },
    ],
    caughtBy: [{ file: monitorsTest, test: 'health, status, figures and log tell' }],
  },
  {
    id: 'B273',
    origin,
    description: 'A file with the token that was emptied lets everybody in',
    patches: [{ file: `${http}/access.ts`, find: 'isToken(value) && isSame(', replace: 'isSame(' }],
    caughtBy: [{ file: accessTest, test: 'in a file, it is read anew' }],
  },
  {
    id: 'B274',
    origin,
    description: 'Only 0.0.0.0 is taken for an address that others can reach',
    patches: [
      {
        file: 'reference/config/contradictions.ts',
        find: 'isLoopback(api.host)',
        replace: "api.host !== '0.0.0.0'",
      },
    ],
    caughtBy: [
      { file: 'reference/config/parse-config.test.ts', test: 'can reach at 10.0.0.7:8401 without a token' },
    ],
  },
  {
    id: 'B275',
    origin,
    description: 'A page that is open in a browser on the machine can stop monitors',
    patches: [
      {
        file: `${http}/access.ts`,
        find: "headers['origin'] === undefined",
        replace: "headers['origin'] !== ''",
      },
    ],
    caughtBy: [{ file: accessTest, test: 'no page in a browser changes anything' }],
  },
  {
    id: 'B276',
    origin,
    description: 'A collector that does not reach its engine is ready',
    patches: [
      {
        file: `${http}/health-routes.ts`,
        find: "const ready = status === 'healthy'",
        replace: "const ready = status !== 'unhealthy'",
      },
    ],
    caughtBy: [{ file: `${http}/routes.test.ts`, test: 'ready when degraded' }],
  },
  {
    id: 'B277',
    origin,
    description: 'Errors that were logged are remembered without a bound',
    patches: [{ file: `${http}/recent-errors.ts`, find: 'size <= ERRORS_MAX', replace: 'size <= Infinity' }],
    caughtBy: [{ file: `${http}/recent-errors.test.ts`, test: 'and the oldest go' }],
  },
  {
    id: 'B278',
    origin,
    description: 'A file monitor that is stopped keeps its files open',
    patches: [
      {
        file: monitorSwitch,
        find: 'if (this.#offSinceMs !== null) await this.#release()',
        replace: 'if (this.#offSinceMs === -1) await this.#release()',
      },
    ],
    caughtBy: [{ file: monitorsTest, test: 'that is stopped holds no file open' }],
  },
  {
    id: 'B570',
    origin,
    description: 'A monitor that was started again by request is told to be off',
    patches: [
      { file: monitorSwitch, find: 'this.#offSinceMs = null\n    if (wasOff)', replace: 'if (wasOff)' },
    ],
    caughtBy: [
      {
        file: 'property-tests/monitor-switch.property.test.ts',
        test: 'stopped and started 100 times',
      },
    ],
  },
  {
    id: 'B279',
    origin,
    description: 'A container that was followed before a monitor was stopped is not followed after it',
    patches: [
      {
        file: 'reference/docker/container-roster.ts',
        find: 'this.#entries.clear()\n    this.#ignored',
        replace: 'this.#ignored',
      },
    ],
    caughtBy: [
      {
        file: 'property-tests/monitor-switch.property.test.ts',
        test: 'stopped and started 100 times',
      },
      { file: monitorsTest, test: 'a monitor is stopped and started by name' },
    ],
  },
]
