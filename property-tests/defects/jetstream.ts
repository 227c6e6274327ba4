import type { Defect } from './defect.ts'

const folder = 'reference/sinks/jetstream'
const writer = `${folder}/part-writer.ts`
const tail = `${folder}/subject-tail.ts`
const message = `${folder}/message.ts`
const sinkTest = `${folder}/jetstream-sink.test.ts`
const origin = 'Collectors that ship to NATS JetStream and trust its duplicate window, or the ids alone'

/** What goes wrong between a collector and a stream of messages. */
export const JETSTREAM: readonly Defect[] = [
  {
    id: 'B190',
    origin,
    description:
      'A message that the server calls a duplicate is taken for the one that was sent: it holds fewer records',
    patches: [{ file: writer, find: 'if (!ack.duplicate) return', replace: 'if (ack.sequence > 0) return' }],
    caughtBy: [
      'jetstream-property',
      { file: sinkTest, test: 'between the question whether it is there and its repetition' },
    ],
  },
  {
    id: 'B191',
    origin,
    description:
      'A record is known again by its id alone: lines are lost when the state was lost and the numbers begin anew',
    patches: [{ file: tail, find: 'if (held.check !== checkOf(block, record)) return false', replace: '' }],
    caughtBy: [{ file: sinkTest, test: 'other records under the same numbers' }],
  },
  {
    id: 'B192',
    origin,
    description: 'What somebody else publishes to a subject is passed over and told nobody',
    patches: [
      {
        file: tail,
        find: 'if (!isOwn) throw otherPublisher(options.subject, message)',
        replace: 'if (!isOwn) {\n      tail.sequence = message.sequence\n      continue\n    }',
      },
    ],
    caughtBy: [{ file: sinkTest, test: 'somebody else publishes to a subject' }],
  },
  {
    id: 'B193',
    origin,
    description: 'What is stored behind a batch is passed with it: the next batch is stored again',
    patches: [{ file: tail, find: 'while (!cursor.done) {', replace: 'for (;;) {' }],
    caughtBy: ['jetstream-property', { file: sinkTest, test: 'more is stored than the next batch holds' }],
  },
  {
    id: 'B194',
    origin,
    description: 'A batch that failed half way is published again from its beginning',
    patches: [{ file: writer, find: '    this.#passStored()\n', replace: '' }],
    caughtBy: ['jetstream-property', { file: sinkTest, test: 'one of many writes of a batch failed' }],
  },
  {
    id: 'B195',
    origin,
    description: 'A line that no message can hold holds up all behind it',
    patches: [
      {
        file: message,
        find: 'if (message.payload.byteLength + headerBytes(message.headers) <= bytesMax) return message',
        replace: 'if (bytesMax > 0) return message',
      },
    ],
    caughtBy: [{ file: sinkTest, test: 'a record that is larger than a message is refused' }],
  },
  {
    id: 'B196',
    origin,
    description:
      'Records that were given up, between some that are stored, have those stored again after a crash',
    patches: [{ file: tail, find: '  ahead.skipTo(held)\n', replace: '' }],
    caughtBy: [{ file: sinkTest, test: 'records between those that are stored were given up' }],
  },
  {
    id: 'B197',
    origin,
    description: 'A stream whose messages have all grown too old is never written to again',
    patches: [{ file: tail, find: '  tail.sequence = sequence\n  return true', replace: '  return true' }],
    caughtBy: [{ file: sinkTest, test: 'a stream that was emptied is gone on with' }],
  },
  {
    id: 'B198',
    origin,
    description: 'A name with a dot or a wildcard is a subject of another shape',
    patches: [
      {
        file: `${folder}/subject.ts`,
        find: 'return /[\\w-]/.test(character)',
        replace: 'return /[\\w.*>-]/.test(character)',
      },
    ],
    caughtBy: [{ file: `${folder}/subject.test.ts`, test: 'is the token' }],
  },
  {
    id: 'B199',
    origin,
    description:
      'Behind a process that was killed the sink publishes without a look at what the subject holds',
    patches: [
      {
        file: `${folder}/subject-tails.ts`,
        find: 'sequence: sequenceOf(mark), confirmed: false',
        replace: 'sequence: sequenceOf(mark), confirmed: true',
      },
    ],
    caughtBy: [{ file: sinkTest, test: 'the process is killed in the middle' }],
  },
]
