import type { Defect } from './defect.ts'

const origin = 'Found by the fuzzing of the parsers: input of a spoilt disk, a service or an engine'
const fuzzed = 'property-tests/fuzz.test.ts'

/** What parsers did with input that is almost right. */
export const PARSERS: readonly Defect[] = [
  {
    id: 'B296',
    origin,
    description:
      'A transaction of the spool whose header a power cut has left half keeps the collector from starting',
    patches: [
      {
        file: 'reference/dispatch/spool/transaction.ts',
        find: 'if (body.length < 4 || crc32(body)',
        replace: 'if (crc32(body)',
      },
    ],
    caughtBy: [{ file: fuzzed, test: 'spool' }],
  },
  {
    id: 'B297',
    origin,
    description: 'Columns of a transaction are as long as its index says, whatever is there',
    patches: [
      {
        file: 'reference/dispatch/spool/transaction.ts',
        find: 'if (index === null || start + columnBytes(index) !== body.length) return null',
        replace: 'if (index === null) return null',
      },
    ],
    caughtBy: [{ file: fuzzed, test: 'spool' }],
  },
  {
    id: 'B298',
    origin,
    description: 'Words of Loki with a date that is none make its sink fail',
    patches: [
      {
        file: 'reference/sinks/loki/refusals.ts',
        find: 'return Number.isNaN(ms) ? null : BigInt(ms)',
        replace: 'return BigInt(ms)',
      },
    ],
    caughtBy: [{ file: fuzzed, test: 'loki-refusals' }],
  },
  {
    id: 'B299',
    origin,
    description: 'Stamps outside of what 64 bits of nanoseconds can say become times of other centuries',
    patches: [
      {
        file: 'reference/docker/reading/parsing/stamp-reader.ts',
        find: 'Math.abs(ms) < LONGEST_MS ? ms * 1000 : 0',
        replace: 'Number.isNaN(ms) ? 0 : ms * 1000',
      },
    ],
    caughtBy: [{ file: fuzzed, test: 'stamps' }],
  },
  {
    id: 'B440',
    origin: 'Found by the museum: a line of a megabyte that repeats itself',
    description:
      'A key that comes again in the ring is taken for the place where a reply begins: the log is read again and again, without a pause',
    patches: [
      {
        file: 'reference/docker/reading/search/ring-search.ts',
        find: 'if (this.#ends.length === 1) return true',
        replace: 'if (this.#ends.length > 0) return true',
      },
    ],
    caughtBy: [
      {
        file: 'reference/docker/reading/search/ring-search.test.ts',
        test: 'a long line whose pieces repeat themselves',
      },
    ],
  },
  {
    id: 'B430',
    origin,
    description:
      'What has the form of a stamp ends a line of a TTY, depending on how much of the stream is there',
    patches: [
      {
        file: 'reference/docker/reading/parsing/tty-demultiplexer.ts',
        find: 'if (isStampAt(buffer, data + length) &&',
        replace: 'if (stampLengthAt(buffer, data + length) > 0 &&',
      },
    ],
    caughtBy: [{ file: fuzzed, test: 'tty-demultiplexer' }],
  },
  {
    id: 'B536',
    origin,
    description:
      'A key of the configuration that is a mapping or a list is taken for a text that nobody has written',
    patches: [
      {
        file: 'reference/config/checked-yaml.ts',
        find: 'if (collection !== null) throw refused(',
        replace: 'if (collection === -1) throw refused(',
      },
    ],
    caughtBy: [{ file: 'reference/config/parse-config.test.ts', test: 'a key that is no text' }],
  },
  {
    id: 'B537',
    origin,
    description:
      'A refusal of the configuration has control characters of the file in it, for the terminal to obey',
    patches: [
      {
        file: 'reference/config/checked-yaml.ts',
        find: '${printable(problem)}',
        replace: '${problem}',
      },
    ],
    caughtBy: [
      { file: fuzzed, test: 'configuration takes or refuses what once was a fault' },
      { file: 'reference/config/parse-config.test.ts', test: 'characters that a terminal would obey' },
    ],
  },
  {
    id: 'B535',
    origin,
    description:
      'Behind a stamp without decimals, text that looks like the end of one is taken for part of it, and lost',
    patches: [
      {
        file: 'reference/docker/reading/parsing/stamp.ts',
        find: 'if (buffer[start + SECOND_BYTES] !== DOT) return false',
        replace: 'if (buffer[start + SECOND_BYTES] !== DOT) return true',
      },
    ],
    caughtBy: [
      {
        file: 'reference/docker/reading/parsing/stamp.test.ts',
        test: 'that is shorter is not of the usual form',
      },
      {
        file: 'property-tests/polled-cursor.property.test.ts',
        test: 'whatever a log stores while it is polled',
      },
    ],
  },
  {
    id: 'B534',
    origin,
    description:
      'A whole chunk of a line of a TTY ends where a later run begins, where that has come already, and the stamp between the two gets into the line',
    patches: [
      {
        file: 'reference/docker/reading/parsing/tty-demultiplexer.ts',
        find: 'return earlier(glued, chunk) ??',
        replace: 'return glued ?? chunk ??',
      },
    ],
    caughtBy: [
      { file: fuzzed, test: 'tty-demultiplexer takes or refuses what once was a fault' },
      {
        file: 'reference/docker/reading/parsing/tty-demultiplexer.test.ts',
        test: 'a chunk ends where it does, whether or not',
      },
    ],
  },
  {
    id: 'B306',
    origin,
    description: 'Bytes of a body that are no UTF-8 are taken as other characters, and answered with 200',
    patches: [
      {
        file: 'reference/adapters/fastify-http-server.ts',
        find: 'if (isUtf8(body)) void parse',
        replace: 'if (body !== null) void parse',
      },
    ],
    caughtBy: [
      { file: fuzzed, test: 'api-requests takes or refuses what once was a fault' },
      { file: 'reference/adapters/fastify-http-server.test.ts', test: 'a body that is not UTF-8' },
    ],
  },
  {
    id: 'B307',
    origin,
    description: 'Half a pair of surrogates in a pushed line is taken as another character',
    patches: [
      {
        file: 'reference/push/push-request.ts',
        find: 'if (!message.isWellFormed())',
        replace: 'if (message === undefined)',
      },
    ],
    caughtBy: [
      { file: fuzzed, test: 'api-requests takes or refuses what once was a fault' },
      { file: 'reference/push/push-request.test.ts', test: 'half of a character' },
    ],
  },
  {
    id: 'B308',
    origin: 'Made up, to see that pushed lines are compared with what was sent',
    description: 'White space at the end of a pushed line is cut off',
    patches: [
      {
        file: 'reference/push/push-request.ts',
        find: "message.endsWith('\\n') ? message.slice(0, -1) : message",
        replace: 'message.trimEnd()',
      },
    ],
    caughtBy: [{ file: fuzzed, test: 'pushed-lines takes or refuses whatever is almost right' }],
  },
]
