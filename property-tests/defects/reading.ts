import type { Defect } from './defect.ts'

const folder = 'reference/docker/reading'
const readerTest = `${folder}/container-reader.test.ts`
const origin = 'The collector at b5e9cc7, reading the logs of real engines'
const turn = 'reference/docker/stream-turn.ts'
const slowTest = 'reference/docker/slow-reading.test.ts'

const oddOutput =
  'The phase odd-output on Docker 20.10: a line of a megabyte of one character, and a stream that was opened again within it'

/** What lost or repeated lines while a log was read. */
export const READING: readonly Defect[] = [
  {
    id: 'B22',
    finding: 'R1',
    origin,
    description:
      'A followed reply is taken for whole once it is aligned: lines of a log file that was rotated meanwhile are lost without a word',
    patches: [
      {
        file: `${folder}/search/contiguity.ts`,
        find: 'if (this.#proofs >= PROOFS) return true',
        replace: 'return true',
      },
    ],
    caughtBy: [{ file: readerTest, test: 'a followed log that skips what was rotated meanwhile' }],
  },
  {
    id: 'B23',
    finding: 'R2',
    origin,
    description:
      'A message that was read before is never doubted: what an engine sends again is delivered again',
    patches: [
      {
        file: `${folder}/search/replay-filter.ts`,
        find: "return maybeOld && this.#history.find(key) >= 0 ? 'doubt' : 'new'",
        replace: "return 'new'",
      },
    ],
    caughtBy: [
      'collector-property',
      {
        file: `${folder}/search/replay-filter.test.ts`,
        test: 'over every short sequence of new messages and replays',
      },
      { file: readerTest, test: 'a chunk that is sent again within an open line is one' },
    ],
  },
  {
    id: 'B24',
    finding: 'R2',
    origin,
    description: 'A message that comes in step with others that are sent again is delivered again',
    patches: [
      {
        file: `${folder}/follow-reader.ts`,
        find: "if (answer === 'replay') return",
        replace: "if (answer === 'replay') return this.#deliver(connection, key, stream, buffer, start, end)",
      },
    ],
    caughtBy: [
      'ordinary-day',
      { file: readerTest, test: 'a followed log that skips what was rotated meanwhile' },
    ],
  },
  {
    id: 'B25',
    finding: 'R3',
    origin,
    description:
      'A log that begins within what is remembered and does not go on behind it is searched for ever, instead of told as a gap',
    patches: [
      {
        file: `${folder}/search/ring-search.ts`,
        find: "return this.#passed === 0 ? 'empty' : 'lost'",
        replace: "return 'empty'",
      },
    ],
    caughtBy: [
      'hard-day',
      { file: `${folder}/search/ring-search.test.ts`, test: 'in a reply that is the whole log the ring' },
      { file: readerTest, test: 'a log that begins within the ring and does not go on behind it' },
    ],
  },
  {
    id: 'B26',
    finding: 'R4',
    origin,
    description:
      'After a loss nothing is delivered until the clock passes the stamp of the last line: a clock that was set back holds everything up',
    patches: [
      {
        file: `${folder}/search/rest-search.ts`,
        find: "lastKnown === undefined ? 'beyond' : 'none'",
        replace: "'none'",
      },
    ],
    caughtBy: [{ file: readerTest, test: 'everything is new, whatever its stamp' }],
  },
  {
    id: 'B27',
    finding: 'R5',
    origin,
    description: 'What lies behind a spoilt record, at which every reply ends, is never read',
    patches: [
      {
        file: `${folder}/follow-reader.ts`,
        find: 'if (this.#policy.endIsKnown && this.#readable.ended(connection)) return',
        replace: 'if (connection === null) return',
      },
    ],
    caughtBy: [{ file: readerTest, test: 'what lies behind a record at which every reply ends' }],
  },
  {
    id: 'B28',
    finding: 'R6',
    origin,
    description:
      'The end of a log that was emptied from outside is asked for again and again, and does not come',
    patches: [
      {
        file: `${folder}/follow-reader.ts`,
        find: 'if (isShort) this.#policy.failed(first)',
        replace: 'if (isShort && first === null) this.#policy.failed(first)',
      },
    ],
    caughtBy: [{ file: readerTest, test: 'a log whose end cannot be asked for, since it was emptied' }],
  },
  {
    id: 'B29',
    finding: 'R12',
    origin,
    description:
      'On a terminal the stamp of the engine gets into the line, where runs of the container ended in a prompt',
    patches: [
      {
        file: `${folder}/parsing/tty-demultiplexer.ts`,
        find: 'let first = this.#laterStamp(buffer, start, data, before)',
        replace: 'let first: number | undefined',
      },
    ],
    caughtBy: [
      {
        file: `${folder}/parsing/tty-demultiplexer.test.ts`,
        test: 'behind an unterminated line is known by its later stamp',
      },
    ],
  },
  {
    id: 'B30',
    finding: 'R14',
    origin,
    description:
      'Each piece of a line copies all that came before it: 80,000 of them block the process for half a minute',
    patches: [
      {
        file: `${folder}/parsing/open-line.ts`,
        find: 'if (length > this.#bytes.length) {',
        replace: 'if (length > 0) {',
      },
      {
        file: `${folder}/parsing/open-line.ts`,
        find: 'new Uint8Array(Math.max(length, 2 * this.#length))',
        replace: 'new Uint8Array(length)',
      },
    ],
    caughtBy: [
      {
        file: `${folder}/parsing/line-assembler.test.ts`,
        test: 'a line of 80,000 pieces costs what its bytes cost',
      },
    ],
  },
  {
    id: 'B31',
    finding: 'D3',
    origin,
    description:
      'Ordinals are renumbered without a new epoch: a sink that is ahead drops lines or repeats them',
    patches: [{ file: `${folder}/record-maker.ts`, find: 'this.#epoch += 1', replace: '' }],
    caughtBy: [{ file: readerTest, test: 'a log that begins within the ring and does not go on behind it' }],
  },
  {
    id: 'B141',
    finding: 'R5',
    origin,
    description:
      'A log that an engine ends with an error at a spoilt record fails again and again, and nothing behind the record is read',
    patches: [
      {
        file: `${folder}/follow-reader.ts`,
        find: 'this.#readable.suspect({ asked: connection.asked ?? Infinity, missing: 0, isCovered: false }, true)',
        replace: '',
      },
    ],
    caughtBy: [
      {
        file: 'reference/docker/unreadable-log.test.ts',
        test: '26: what lies behind a spoilt record is delivered, and the gap is told: 300 lines',
      },
    ],
  },
  {
    id: 'B142',
    finding: 'R6',
    origin,
    description:
      'A log that was emptied from outside is followed, though the engine sends nothing that comes later',
    patches: [
      {
        file: `${folder}/tail-policy.ts`,
        find: 'return this.#factor === 1 && !this.#behind && this.endIsKnown',
        replace: 'return this.#factor === 1 && !this.#behind',
      },
    ],
    caughtBy: [{ file: readerTest, test: 'a log whose end cannot be asked for, since it was emptied' }],
  },
  {
    id: 'B143',
    finding: 'R9',
    origin,
    description:
      'An empty list that contradicts what is known is believed until the next one is due: what is rotated away meanwhile is lost',
    patches: [
      {
        file: 'reference/docker/container-roster.ts',
        find: 'return this.#unlisted.length === 0',
        replace: 'return true',
      },
    ],
    caughtBy: [
      {
        file: 'reference/docker/container-roster.test.ts',
        test: 'an empty list that contradicts what is known is asked for again within seconds',
      },
    ],
  },
  {
    id: 'B149',
    origin:
      'The collector between two releases, restarted beside containers that write 3,000 lines a second to small logs on Docker 20.10',
    description:
      'What a follow brings after a silence is taken for what was stored next: a log file is missing, and nothing says so',
    patches: [
      {
        file: 'reference/docker/reading/search/contiguity.ts',
        find: 'if (this.#isDoubted) return false',
        replace: '',
      },
    ],
    caughtBy: [
      {
        file: 'reference/docker/reading/container-reader.test.ts',
        test: 'what a follow passed over while it was silent is read where the engine may do so (true)',
      },
    ],
  },
  {
    id: 'B540',
    origin: oddOutput,
    description:
      'Within a line of more than fifty equal pieces the place is taken to be behind the first fifty: pieces come twice, or are missing',
    patches: [
      {
        file: `${folder}/search/ring-search.ts`,
        find: 'return this.#times > (this.#reply.repeats ?? 0)',
        replace: 'return true',
      },
    ],
    caughtBy: [{ file: readerTest, test: 'a line of equal pieces that is left after piece 60 of 600' }],
  },
  {
    id: 'B541',
    origin: oddOutput,
    description: 'The end of a log that begins within equal pieces is taken to have all of them',
    patches: [
      {
        file: `${folder}/search/ring-search.ts`,
        find: "return this.#beginsWithin() ? 'more' : 'found'",
        replace: "return 'found'",
      },
    ],
    caughtBy: [{ file: readerTest, test: 'a line of equal pieces that is left after piece 50 of 600' }],
  },
  {
    id: 'B544',
    origin:
      'The collector between two releases, reviewed after B541: the first line of a container is one of equal pieces',
    description:
      'A log that begins with equal pieces is taken to begin in the middle of what was delivered, or the end of it for all of it: pieces come twice, or are missing',
    patches: [
      {
        file: `${folder}/search/ring-search.ts`,
        find: ' && !this.#mayBeginWith',
        replace: '',
      },
      {
        file: `${folder}/search/ring-search.ts`,
        find: 'this.#isOneKey = ring.length > 1 &&',
        replace: 'this.#isOneKey = ring.length === 50 &&',
      },
      {
        file: 'reference/docker/stored/stored-reader.ts',
        find: 'this.#delivered.messages >= RING_KEYS',
        replace: 'this.#delivered.messages > 0',
      },
    ],
    caughtBy: [
      { file: readerTest, test: 'a log that begins with 600 equal pieces, left after piece 10,' },
      { file: readerTest, test: 'a log that begins with 600 equal pieces, left after piece 60,' },
      { file: `${folder}/search/ring-search.test.ts`, test: 'a log that begins with the whole ring' },
      {
        file: 'reference/docker/stored/stored-reader.test.ts',
        test: 'left after piece 10, behind 0 lines, is gone on with at the next one: api, then files',
      },
      {
        file: 'property-tests/stored-logs.property.test.ts',
        test: 'a line of equal pieces is gone on with at the right one',
      },
    ],
  },
  {
    id: 'B553',
    origin:
      'The collector between two releases, reviewed: Docker 20.10 behind a slow connection, with small log files',
    description:
      'A follow that takes more than ten seconds to send what was stored is trusted after that: it passes over a log file, and nothing says so',
    patches: [
      {
        file: turn,
        find: 'beganAfterMs <= YOUNG_MS || silentMs > this.#longestSilenceMs',
        replace: 'beganAfterMs <= YOUNG_MS',
      },
    ],
    caughtBy: [{ file: slowTest, test: 'then passes over a file of 15000 bytes' }],
  },
  {
    id: 'B554',
    origin:
      'The collector between two releases, reviewed: any Docker, which goes on with the newest log file for who reads too slowly (moby, follow.go: "file rotations were missed")',
    description:
      'What a follow brings is taken for what was stored next though it was not read for a while, because of the rate of its container or because there was no room: log files are missing, and nothing says so',
    patches: [{ file: turn, find: 'this.#subject.reader.wasHeldUp()', replace: '' }],
    caughtBy: [
      { file: slowTest, test: '26: of a container that writes more than its rate' },
      { file: slowTest, test: '26: each time that the engine did not keep some of it' },
      { file: slowTest, test: '26: while there is no room' },
    ],
  },
  {
    id: 'B558',
    origin: 'The collector between two releases, found by its property with new seeds',
    description:
      'A log of which somebody took the newest messages is searched for a record that cannot be read, again and again: nothing is read, and gap after gap is told',
    patches: [
      {
        file: `${folder}/search/readable-end.ts`,
        find: 'this.#vain = isLate && this.#history.find(first) >= 0 ? this.#vain + 1 : 0',
        replace: 'this.#vain = 0',
      },
    ],
    caughtBy: [{ file: readerTest, test: 'a log of which somebody took the newest messages' }],
  },
  {
    id: 'B562',
    origin: 'The collector between two releases, found by its property with new seeds',
    description:
      'A log that was rotated, and in which a follow passed over something, is searched for a record that cannot be read: what was passed over comes late, with lines that came before',
    patches: [
      { file: `${folder}/follow-reader.ts`, find: ' && !hasPassedOver', replace: '' },
      { file: `${folder}/search/readable-end.ts`, find: '!snapshot.hasPassedOver && ', replace: '' },
    ],
    caughtBy: [
      { file: readerTest, test: 'fewer messages than are asked for are no sign' },
      { file: readerTest, test: 'nor are they where it is rotated again at each look' },
    ],
  },
  {
    id: 'B564',
    origin: 'The collector between two releases, found by its crash property with new seeds',
    description:
      'A reply without a message, of an engine that is being shut down, is taken for the beginning of the log: a gap is told, and nothing is lost',
    patches: [
      {
        file: `${folder}/search/readable-end.ts`,
        find: 'const EMPTY_MAX = 3',
        replace: 'const EMPTY_MAX = 1',
      },
    ],
    caughtBy: [
      {
        file: `${folder}/search/readable-end.test.ts`,
        test: 'a look at the start that brings nothing is repeated',
      },
    ],
  },
  {
    id: 'B567',
    origin: 'The collector between two releases, found while its mutants were read',
    description:
      'A message with the stamp of a leap second is delivered, and the position behind it is refused: the collector does not start again',
    patches: [
      {
        file: `${folder}/container-position.ts`,
        find: 'return bytes.length === STAMP_PREFIX && hasUsualStamp(bytes, 0, bytes.length)',
        replace: 'return bytes.length === STAMP_PREFIX && !Number.isNaN(Date.parse(text))',
      },
    ],
    caughtBy: [{ file: readerTest, test: 'whatever stands for a stamp that has the form of one' }],
  },
  {
    id: 'B568',
    origin: 'The collector between two releases, found while its mutants were read',
    description:
      'Behind what came late, because it lay behind a record that cannot be read, the place is not found again: nothing that is stored later is delivered',
    patches: [
      {
        file: `${folder}/follow-reader.ts`,
        find: 'if (isKnown) this.#resumeBehindLate(connection, key)\n    else {',
        replace: 'if (!isKnown) {',
      },
    ],
    caughtBy: [
      {
        file: `${folder}/follow-reader.test.ts`,
        test: 'is delivered once, and what is stored later behind it, also where less than the ring had been delivered behind it: from 290 on',
      },
    ],
  },
]
