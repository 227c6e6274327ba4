import type { Defect } from './defect.ts'

const config = 'reference/config'
const configTest = `${config}/parse-config.test.ts`
const monitorTest = 'reference/docker/container-monitor.test.ts'
const metricsTest = 'reference/metrics/metrics.test.ts'
const origin = 'The collector at b5e9cc7, asked how it is'

/** What said something else than what was the case: health, figures, exit codes, the configuration. */
export const VERDICTS: readonly Defect[] = [
  {
    id: 'B110',
    finding: 'V',
    origin,
    description: 'A sign of life clears the faults that others found: health is good with nothing followed',
    patches: [
      {
        file: 'reference/docker/engine-watch.ts',
        find: 'this.#engineFault = null\n',
        replace: 'this.#engineFault = this.#listFault = this.#eventsFault = null\n',
      },
    ],
    caughtBy: [
      'delivery-day',
      { file: 'reference/docker/engine-watch.test.ts', test: 'health is bad while openEvents is refused' },
    ],
  },
  {
    id: 'B111',
    finding: 'V',
    origin,
    description: 'Health is good while a container is not read',
    patches: [
      { file: 'reference/docker/container-monitor.ts', find: '> UNREAD_MAX_MS', replace: '> Infinity' },
    ],
    caughtBy: [
      {
        file: 'property-tests/collector.surroundings.test.ts',
        test: 'health is not good while all streams of a container are blocked, and is again: 26',
      },
      { file: monitorTest, test: 'a container whose log cannot be opened is named after a minute' },
    ],
  },
  {
    id: 'B112',
    finding: 'V',
    origin,
    description: 'Streams are counted when they are opened and not when they are closed',
    patches: [
      {
        file: 'reference/docker/stream-turn.ts',
        find: 'if (stream !== undefined) metrics.streamClosed()',
        replace: '',
      },
    ],
    caughtBy: ['ordinary-day', { file: monitorTest, test: 'streams are counted, not slots' }],
  },
  {
    id: 'B113',
    finding: 'V',
    origin,
    description:
      'A container has no rotation figures before its first rotation: an alert on none cannot fire',
    patches: [
      {
        file: 'reference/metrics/metrics.ts',
        find: 'for (const reason of ROTATION_REASONS) this.#rotations.inc({ ...labels, reason }, 0)',
        replace: '',
      },
    ],
    caughtBy: [{ file: metricsTest, test: 'a container has its rotation figures from the first stream on' }],
  },
  {
    id: 'B114',
    finding: 'V',
    origin,
    description: 'The figure of bytes read never moves',
    patches: [
      {
        file: 'reference/dispatch/dispatcher.ts',
        find: 'metrics.bytesRead(block.source, block.bytes.byteLength)',
        replace: '',
      },
    ],
    caughtBy: [
      'ordinary-day',
      {
        file: 'reference/dispatch/dispatcher.test.ts',
        test: 'what is taken is counted, in lines and in bytes',
      },
    ],
  },
  {
    id: 'B115',
    finding: 'V',
    origin,
    description:
      'A wrong DOCKER_HOST in the environment is taken as it is, and fails later with a stack trace',
    patches: [
      {
        file: `${config}/engine-environment.ts`,
        find: 'if (isDockerHost(host)) return host',
        replace: 'return host',
      },
    ],
    caughtBy: [{ file: configTest, test: 'DOCKER_HOST=ssh://me@host is named' }],
  },
  {
    id: 'B116',
    finding: 'V',
    origin,
    description: 'DOCKER_TLS_VERIFY and DOCKER_CERT_PATH are ignored',
    patches: [
      {
        file: `${config}/engine-environment.ts`,
        find: 'if (!verify && !unverified && !path) return null',
        replace: 'if (env !== undefined) return null',
      },
    ],
    caughtBy: [{ file: configTest, test: 'asks for TLS as with the docker command' }],
  },
  {
    id: 'B117',
    finding: 'V',
    origin,
    description: 'An alias of nothing in the configuration ends in a stack trace',
    patches: [
      {
        file: `${config}/checked-yaml.ts`,
        find: 'throw unreadable(file, cause)',
        replace: 'throw cause',
      },
    ],
    caughtBy: [{ file: configTest, test: 'an alias of nothing' }],
  },
  {
    id: 'B118',
    finding: 'V',
    origin,
    description: 'A spoilt positions file ends in a stack trace and not in a sentence',
    patches: [
      {
        file: 'reference/dispatch/positions/position-store.ts',
        find: 'throw new UsageError(',
        replace: 'throw new Error(',
      },
    ],
    caughtBy: [
      {
        file: 'reference/dispatch/spoilt-positions.test.ts',
        test: 'is named in one sentence that says what to do',
      },
    ],
  },
  {
    id: 'B119',
    finding: 'V',
    origin,
    description: 'Durations have no bounds: intervals of a microsecond are taken',
    patches: [{ file: `${config}/values.ts`, find: 'ms >= minMs && ms <= maxMs', replace: 'ms === ms' }],
    caughtBy: [{ file: configTest, test: 'dispatcher: {checkpoint_interval: 0.001ms}' }],
  },
  {
    id: 'B120',
    finding: 'V',
    origin,
    description: 'Counts have no bounds: a billion workers are taken',
    patches: [{ file: `${config}/values.ts`, find: '.max(max, { error })', replace: '' }],
    caughtBy: [{ file: configTest, test: 'dispatcher: {workers: 1000000000}' }],
  },
]
