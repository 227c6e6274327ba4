import { parseConfig } from '../../reference/config/parse-config.ts'
import { describeKeys } from '../../reference/config/documents/key-description.ts'
import { retryAfterMs } from '../../reference/sinks/http/retry-after.ts'
import { LabelSets } from '../../reference/sinks/loki/label-sets.ts'
import { lokiPart } from '../../reference/sinks/loki/entries.ts'
import { leaveOutRefused } from '../../reference/sinks/loki/refusals.ts'
import { partialSuccessOf } from '../../reference/sinks/otlp/partial-success.ts'
import { blockOf, sourceOf } from '../../reference/sinks/blocks.test-helper.ts'
import { UsageError } from '../../reference/usage-error.ts'
import { ENGINE_FAULTS, parseScenario } from '../../simulators/index.ts'
import type { FuzzTarget } from './fuzz-target.ts'

const LINE_MAX = 2000

const CONFIGURATIONS = [
  'state_dir: /var/lib/watertight\nhost: ${HOST}\nsocket_path: unix:///var/run/docker.sock\n',
  'container_monitor:\n  stream_rotation: {interval: 5m, jitter: 10%}\n  max_concurrent_streams: 50\n  filters:\n    include_labels: {app: "web*"}\n',
  'sinks:\n  local_file: {enabled: true, directory: /logs, rotate: {max_size: 10MiB}}\n  loki:\n    enabled: true\n    url: http://loki:3100/loki/api/v1/push\n    labels: [host, stream]\n',
  'dispatcher: &a {queue_size: 1}\nfile_monitor: *a\napi: {host: 127.0.0.1, port: 8401}\n',
]
const SCENARIOS = [
  "engine: '20.10'\ncontainers:\n  - {name: web, tty: true, max_size: 1MiB, behaviour: {kind: chatty, every: 100ms}}\ntimeline:\n  - {at: 2s, do: reset, container: web}\n",
  'containers: [{name: job, auto_remove: true, starts_after: 150ms, lasts: 20ms, lines_at_exit: 3}]\ntimeline: [{at: 1m, do: rename, container: job, to: other}]\n',
]
const YAML_WORDS = [
  '&a ',
  '*a',
  '<<: *a',
  '!!int ',
  '? ',
  '- ',
  ': ',
  '|\n',
  '>-\n',
  '---\n',
  '...\n',
  '%YAML 1.2\n',
  '${HOME}',
  '${',
  '10MiB',
  '5m',
  '-1',
  '.inf',
  '0x10',
  'null',
  '~',
  '{',
  ']',
  '"',
  "'",
  '# ',
  '"\\n\\e": ',
]

/** Control characters, those that end a line among them. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}]/u

/** A refusal is one line that names the file. */
function refusedForUser(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    const { message } = error
    if (UNPRINTABLE.test(message) || message.length > LINE_MAX || !message.includes('a.yaml'))
      throw new Error(`The refusal is no line that names the file: ${message.slice(0, LINE_MAX)}`, {
        cause: error,
      })
  }
}

const SOURCE = sourceOf('ab'.repeat(32), { image: 'nginx' })
const LABELS = new LabelSets({
  labels: ['host', 'stream'],
  staticLabels: { job: 'w' },
  structuredMetadata: [],
  host: 'a',
})
const RECORDS = Array.from({ length: 4 }, (_, n) => ({
  line: Buffer.alloc(1 + n * 3, 'x'),
  stream: 1 + (n % 2),
  time: 1_767_225_600_000_000_000n + BigInt(n) * 500_000_000n,
}))
const STREAM = '{host="a", job="w", stream="stdout"}'

/** Only records that were sent can be refused, and each once. */
function readsLokisWords(input: Uint8Array): void {
  const parts = [lokiPart({ source: SOURCE, blocks: [blockOf(SOURCE, RECORDS)], mark: undefined }, LABELS)]
  const refused = leaveOutRefused(parts, Buffer.from(input).toString())
  const records = refused.map(({ part, record }) => `${part} ${record}`)
  const known = refused.every(({ part, record }) => part === 0 && record >= 0 && record < RECORDS.length)
  if (!known || new Set(records).size !== records.length)
    throw new Error(`Of ${RECORDS.length} records these are refused: ${records.join(', ')}`)
}

function readsRetryAfter(input: Uint8Array): void {
  const ms = retryAfterMs({ 'retry-after': Buffer.from(input).toString('latin1') }, Date.UTC(2026, 0, 1))
  if (ms !== undefined && !(ms >= 0 && ms <= 3_600_000)) throw new Error(`To wait ${ms} ms`)
}

function readsExportAnswer(input: Uint8Array): void {
  for (const type of ['application/json', 'application/x-protobuf', undefined]) {
    const answer = partialSuccessOf(input, type)
    if (answer !== null && !(answer.rejected > 0)) throw new Error(`${answer.rejected} records are rejected`)
  }
}

function texts(...all: readonly string[]): Uint8Array[] {
  return all.map((text) => new Uint8Array(Buffer.from(text)))
}

/** What people write, and what services answer. */
export const TEXT_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'configuration',
    reads: 'the configuration file',
    corpus: texts(...CONFIGURATIONS),
    words: [...YAML_WORDS, ...describeKeys().map(({ key }) => `${key}: `)],
    tryInput: (input) =>
      refusedForUser(() =>
        parseConfig(Buffer.from(input).toString(), {
          file: 'a.yaml',
          env: { HOST: 'a', HOME: '/root\n: {' },
        }),
      ),
  },
  {
    name: 'scenario',
    reads: 'a scenario file',
    corpus: texts(...SCENARIOS),
    words: [...YAML_WORDS, ...ENGINE_FAULTS.map(({ name }) => `do: ${name}`)],
    tryInput: (input) =>
      refusedForUser(() => parseScenario(Buffer.from(input).toString(), 'a.yaml', ENGINE_FAULTS)),
  },
  {
    name: 'loki-refusals',
    reads: 'the words with which Loki refuses entries',
    corpus: texts(
      `entry for stream '${STREAM}' has timestamp too old: 2026-01-01T00:00:00Z, oldest acceptable timestamp is: 2026-01-01T00:00:01Z`,
      `2 errors like: Max entry size '5' bytes exceeded for stream '${STREAM}' while adding an entry with length '7' bytes; 1 errors like: entry for stream '${STREAM}' has timestamp too new: 2026-01-01T00:00:01Z`,
      `entry with timestamp 2026-01-01 00:00:00.5 +0000 UTC ignored, reason: 'entry too far behind', user 'fake', total ignored: 1 out of 2 for stream: ${STREAM}`,
    ),
    words: [STREAM, '9999-99-99', 'T', ' errors like: ', "', ", '{"', '\\', 'too old: ', '+9999'],
    tryInput: readsLokisWords,
  },
  {
    name: 'otlp-answer',
    reads: 'the answer to an export over OTLP',
    corpus: [
      ...texts('{"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"too old"}}', '{}'),
      Uint8Array.of(0x0a, 0x06, 0x08, 0x03, 0x12, 0x02, 0x68, 0x69),
    ],
    words: ['null', '"NaN"', '1e999', '-1', '\u00ff'.repeat(10)],
    tryInput: readsExportAnswer,
  },
  {
    name: 'retry-after',
    reads: 'the header Retry-After',
    corpus: texts('120', 'Wed, 21 Oct 2026 07:28:00 GMT', '2026-01-01T00:00:05Z'),
    tryInput: readsRetryAfter,
  },
]
