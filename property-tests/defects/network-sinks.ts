import type { Defect } from './defect.ts'

const origin = 'Sinks over HTTP'
const folder = 'reference/sinks'
const lokiTest = `${folder}/loki/loki-sink.test.ts`
const otlpTest = `${folder}/otlp/otlp-sink.test.ts`
const clientTest = 'reference/adapters/undici-http-client.test.ts'

/** Of the sinks that send requests: Loki and OTLP. */
export const NETWORK_SINKS: readonly Defect[] = [
  {
    id: 'B180',
    origin,
    description:
      'After a restart equal stamps are told apart anew: what Loki has comes again with another stamp',
    patches: [
      {
        file: `${folder}/loki/distinct-times.ts`,
        find: "this.#last = BigInt(mark?.['last'] ?? 0)",
        replace: 'this.#last = 0n',
      },
    ],
    caughtBy: [
      {
        file: `${folder}/loki/distinct-times.property.test.ts`,
        test: 'a record that is sent again has its stamp',
      },
    ],
  },
  {
    id: 'B181',
    origin,
    description: 'Equal lines with equal stamps are sent as they are: Loki keeps one of them',
    patches: [
      {
        file: `${folder}/loki/distinct-times.ts`,
        find: 'isInOrder ? moved : this.#last + 1n',
        replace: 'isInOrder ? moved : moved',
      },
    ],
    caughtBy: [{ file: lokiTest, test: 'a push in protobuf is held' }],
  },
  {
    id: 'B182',
    origin,
    description:
      'A push with one entry that is too new is refused as a whole, and with it everything behind it',
    patches: [
      {
        file: `${folder}/loki/loki-sink.ts`,
        find: 'status === 400 || status === 422',
        replace: 'status === 422',
      },
    ],
    caughtBy: [{ file: lokiTest, test: 'and the rest is held too new' }],
  },
  {
    id: 'B183',
    origin,
    description: 'Retry-After is not honoured',
    patches: [
      {
        file: `${folder}/http/endpoint.ts`,
        find: '...(afterMs !== undefined && { afterMs })',
        replace: '',
      },
    ],
    caughtBy: [
      { file: lokiTest, test: '429 is again' },
      { file: otlpTest, test: 'status 429 is again' },
    ],
  },
  {
    id: 'B184',
    origin,
    description: 'Connections to a service are not bounded',
    patches: [
      { file: 'reference/adapters/undici-http-client.ts', find: '      connections,\n', replace: '' },
    ],
    caughtBy: [{ file: clientTest, test: 'no more connections than are allowed are open' }],
  },
  {
    id: 'B185',
    origin,
    description: 'Connections to a service stay open after the stop',
    patches: [
      {
        file: 'reference/adapters/undici-http-client.ts',
        find: '(made) => made.destroy()',
        replace: '() => {}',
      },
    ],
    caughtBy: [{ file: clientTest, test: 'a closed client has nothing open' }],
  },
  {
    id: 'B186',
    origin,
    description: 'What a receiver of OTLP rejects is taken for stored, because the status is 200',
    patches: [
      {
        file: `${folder}/otlp/partial-success.ts`,
        find: 'return found.rejected > 0 ? found : null',
        replace: 'return found.rejected > 0 ? null : null',
      },
    ],
    caughtBy: [
      { file: otlpTest, test: 'an export in json, compression gzip of which all records are rejected' },
    ],
  },
  {
    id: 'B187',
    origin,
    description:
      'A record is given up when a service fails at it once, also when the service fails at everything',
    patches: [
      { file: `${folder}/http/poison.ts`, find: 'const CONVICTIONS = 4', replace: 'const CONVICTIONS = 1' },
    ],
    caughtBy: [
      { file: lokiTest, test: 'a record that is refused alone' },
      { file: otlpTest, test: 'one record that the receiver fails at' },
    ],
  },
  {
    id: 'B188',
    origin,
    description: 'Bytes that are not UTF-8 are sent as texts: no decoder reads the request',
    patches: [
      {
        file: `${folder}/encoding/valid-text.ts`,
        find: 'if (isUtf8(block.bytes)) return block',
        replace: 'if (isUtf8(block.bytes) || true) return block',
      },
    ],
    caughtBy: [
      { file: `${folder}/loki/encode.property.test.ts`, test: 'a push in protobuf says what was read' },
      { file: `${folder}/otlp/encode.property.test.ts`, test: 'an export in protobuf says what was read' },
    ],
  },
  {
    id: 'B189',
    origin,
    description: 'A token that was replaced in its file is not read again',
    patches: [
      {
        file: 'reference/secret.ts',
        find: '  doubt(): void {\n    this.#read = null',
        replace: '  doubt(): void {\n    void this.#read',
      },
    ],
    caughtBy: [{ file: lokiTest, test: 'from a file are read again when they are refused' }],
  },
]
