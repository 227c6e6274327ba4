import type { Defect } from './defect.ts'

const folder = 'reference/docker/stored'
const chainTest = `${folder}/log-chain.test.ts`
const readingTest = `${folder}/file-reading.test.ts`
const decoderTest = `${folder}/record-decoder.test.ts`
const property = 'property-tests/stored-logs.property.test.ts'
const readerTest = `${folder}/stored-reader.test.ts`
const equalPieces = 'a line of equal pieces that is left after piece'
const origin = 'Collectors that read the files in which the engine stores logs'

/** What went wrong, there or elsewhere, where logs are read from the engine's files. */
export const STORED: readonly Defect[] = [
  {
    id: 'B210',
    origin,
    description: 'Who goes on in files after the API begins with their first record, and repeats all of them',
    patches: [
      {
        file: `${folder}/stored-reader.ts`,
        find: 'else if (!this.#primes && ring.length > 0)',
        replace: 'else if (this.#isWhole && ring.length > RING_KEYS)',
      },
    ],
    caughtBy: [{ file: property, test: 'now over the API, now from its files' }],
  },
  {
    id: 'B211',
    origin,
    description: 'What was written between the last read of a file and its being renamed is left out',
    patches: [
      { file: `${folder}/log-chain.ts`, find: 'if (!this.#isComplete)', replace: 'if (this.#isComplete)' },
    ],
    caughtBy: [{ file: chainTest, test: 'rotated at any moment of reading it' }],
  },
  {
    id: 'B212',
    origin,
    description:
      'A file that was cut and has grown again is read on at the old offset, in the middle of a record',
    patches: [
      {
        file: `${folder}/log-tail.ts`,
        find: '(check === undefined || checksum(buffer.subarray(0, before)) === check)',
        replace: 'true',
      },
    ],
    caughtBy: [{ file: chainTest, test: 'that was cut and has grown again' }],
  },
  {
    id: 'B213',
    origin,
    description: 'A record that cannot be read is left out without a word',
    patches: [
      {
        file: `${folder}/stored-reader.ts`,
        find: 'this.#addKeys(this.#decoder.lineStart)\n    this.gap()',
        replace: 'this.#addKeys(this.#decoder.lineStart)',
      },
    ],
    caughtBy: [{ file: property, test: 'a record in a file that is spoilt' }],
  },
  {
    id: 'B214',
    origin,
    description: 'With a record that was torn by a crash the whole one behind it on its line is lost',
    patches: [
      {
        file: `${folder}/record-decoder.ts`,
        find: 'const whole = line.lastIndexOf(LOG)',
        replace: 'const whole = 0',
      },
    ],
    caughtBy: [{ file: decoderTest, test: 'may be a torn record with a whole one behind it' }],
  },
  {
    id: 'B215',
    origin,
    description:
      'Stamps are taken as they stand in files, where the engine has left out their last zeros: no key is the same over the API',
    patches: [
      {
        file: `${folder}/record-decoder.ts`,
        find: 'while (to < STAMP_BYTES - 1) message[to++] = ZERO',
        replace: 'while (to < STAMP_BYTES - 1) message[to++] = SPACE',
      },
    ],
    caughtBy: [
      { file: decoderTest, test: 'has the decimals of its stamp made complete' },
      { file: property, test: 'now over the API, now from its files' },
    ],
  },
  {
    id: 'B216',
    origin,
    description: 'A file that was rotated away before it was read is passed over without a word',
    patches: [{ file: `${folder}/log-tail.ts`, find: "if (step !== 'next') reader.gap()", replace: '' }],
    caughtBy: [{ file: chainTest, test: 'of which a file was rotated away unread' }],
  },
  {
    id: 'B217',
    origin,
    description:
      'The end of a container shows only when it is removed, and its last line, without a newline, not before',
    patches: [
      {
        file: 'reference/docker/container-roster.ts',
        find: "if (action === 'die') entry?.news.ended()",
        replace: '',
      },
    ],
    caughtBy: [{ file: readingTest, test: 'has the line that its process left open' }],
  },
  {
    id: 'B218',
    origin,
    description:
      'A log is looked for only once the engine has said where it is, and the container is gone by then',
    patches: [
      {
        file: `${folder}/stored-logs.ts`,
        find: 'this.#directory === null ? null : path.posix.join(this.#directory, id, `${id}-json.log`)',
        replace: 'null',
      },
    ],
    caughtBy: [{ file: readingTest, test: 'describes its container no more' }],
  },
  {
    id: 'B219',
    origin,
    description: 'The log of every container stays open, until no descriptor is left',
    patches: [
      {
        file: `${folder}/stored-logs.ts`,
        find: 'new OpenFiles(config.maxOpenLogs, clock)',
        replace: 'new OpenFiles(Infinity, clock)',
      },
    ],
    caughtBy: [{ file: readingTest, test: 'is closed where too many are open' }],
  },
  {
    id: 'B230',
    origin: 'The collector between two releases, found by its property over the files of the engine',
    description:
      'A place behind a spoilt record is taken for the same place of another file that was spoilt alike',
    patches: [
      {
        file: `${folder}/log-tail.ts`,
        find: 'return place.offset === 0 || canTell(before)',
        replace: 'return true || canTell(before)',
      },
    ],
    caughtBy: [
      {
        file: 'property-tests/stored-logs.property.test.ts',
        test: 'a place behind a spoilt record is not taken for the same place of another file that was spoilt alike',
      },
    ],
  },
  {
    id: 'B543',
    origin: 'The collector between two releases, reviewed after B540: a line of a megabyte of one character',
    description:
      'Where files are read nobody counts how far into more than fifty equal pieces the place is: pieces come twice when the log is read over the API next, or the other way round',
    patches: [
      { file: `${folder}/stored-cursor.ts`, find: 'return this.#trail.repeats', replace: 'return 0' },
    ],
    caughtBy: [
      {
        file: readerTest,
        test: `${equalPieces} 60, behind 3 lines, is gone on with at the next one: files, then api`,
      },
      {
        file: readerTest,
        test: `${equalPieces} 60, behind 3 lines, is gone on with at the next one: api, then files`,
      },
      { file: property, test: 'a line of equal pieces is gone on with at the right one' },
    ],
  },
]
