import type { Defect } from './defect.ts'

const origin = 'The proxy before a real engine, while it was being made'
const PASSAGE = 'simulators/proxy/reply-passage.ts'
const PROPERTIES = 'property-tests/proxy.property.test.ts'

/** What a proxy would do to what passes it unharmed, or harmed otherwise than was ordered. */
export const PROXY: readonly Defect[] = [
  {
    id: 'B400',
    origin,
    description:
      'A whole answer is told as one that was cut off, when the engine closes its connection while a fault holds the last of it',
    patches: [
      {
        file: PASSAGE,
        find: 'this.#gone !== null || this.#scanner.over) return',
        replace: 'this.#gone !== null) return',
      },
    ],
    caughtBy: [{ file: PROPERTIES, test: 'loses nothing and repeats nothing' }],
  },
  {
    id: 'B401',
    origin,
    description:
      'Bytes pass up to wherever a read of the socket was cut, inside a header or the size of a chunk too',
    patches: [
      {
        file: PASSAGE,
        find: 'const safe = this.#scan(bytes)',
        replace: 'this.#scan(bytes)\n    const safe = bytes.length',
      },
    ],
    caughtBy: [{ file: PROPERTIES, test: 'passes byte for byte where nothing is wrong' }],
  },
  {
    id: 'B402',
    origin,
    description: 'A fault that begins in the middle of a chunk begins a new one inside it',
    patches: [
      {
        file: 'simulators/proxy/http/body-encoder.ts',
        find: 'data.subarray(0, this.announced)',
        replace: 'data.subarray(0, 0)',
      },
    ],
    caughtBy: [{ file: PROPERTIES, test: 'loses nothing and repeats nothing' }],
  },
  {
    id: 'B403',
    origin,
    description:
      'An answer that is ended in the middle ends inside a chunk: its client sees a broken connection',
    patches: [
      { file: PASSAGE, find: 'const isOpen = encoder.announced > 0', replace: 'const isOpen = false' },
    ],
    caughtBy: [{ file: PROPERTIES, test: 'that is ended in the middle is a complete body' }],
  },
  {
    id: 'B404',
    origin: 'A collector on the recording of another run of it',
    description: 'A replayed log goes back to what it was before, when it is asked for otherwise than it was',
    patches: [
      {
        file: 'simulators/proxy/recording/recorded-answers.ts',
        find: 'this.#given.get(subject) ?? -1',
        replace: '-1',
      },
    ],
    caughtBy: [
      { file: 'simulators/proxy/recording/recorded-answers.test.ts', test: 'a log never goes back' },
    ],
  },
  {
    id: 'B405',
    origin,
    description: 'What came of an answer before the engine’s connection broke is left out',
    patches: [{ file: PASSAGE, find: 'this.#send(this.#unfinished)', replace: '' }],
    caughtBy: [{ file: PROPERTIES, test: 'that breaks at the engine breaks at the client' }],
  },
  {
    id: 'B469',
    origin: 'watertight proxy before an engine that speaks TLS',
    description:
      'Which container a request names is asked of an engine with TLS in the clear: no fault of a container meets it',
    patches: [
      {
        file: 'simulators/proxy/over-sockets/container-directory.ts',
        find: 'dial(this.#engine)',
        replace: 'dial({ ...this.#engine, tls: null })',
      },
    ],
    caughtBy: [
      {
        file: 'simulators/proxy/over-sockets/tls-engine.test.ts',
        test: 'what a request names is asked over TLS as well',
      },
    ],
  },
  {
    id: 'B538',
    origin,
    description: 'The proxy serves clients over TLS that show no certificate, though an authority is given',
    patches: [
      {
        file: 'simulators/proxy/over-sockets/engine-proxy.ts',
        find: 'requestCert: tls.ca !== undefined',
        replace: 'requestCert: false',
      },
    ],
    caughtBy: [
      {
        file: 'simulators/proxy/over-sockets/tls-engine.test.ts',
        test: 'clients over TLS are served, where an authority is given',
      },
    ],
  },
]
