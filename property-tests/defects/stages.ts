import type { Defect } from './defect.ts'

const maker = 'reference/docker/reading/record-maker.ts'
const multilineTest = 'reference/docker/stages/multiline.test.ts'
const rateTest = 'reference/docker/stages/rate-limit.test.ts'
const scenarios = 'property-tests/records.scenarios.test.ts'
const property = {
  file: 'property-tests/records.property.test.ts',
  test: 'records are what a model makes of the stored log',
}
const origin = 'Collectors that join, limit and direct lines'

/** What goes wrong between a line and its record. */
export const STAGES: readonly Defect[] = [
  {
    id: 'B220',
    origin,
    description:
      'A record that silence completed is delivered before that is on disk: after a crash its id is that of another record',
    patches: [
      {
        file: maker,
        find: 'this.#closed.push(this.#block(), UNTIL_SAVED)\n    this.#stages.release()',
        replace: 'this.#stages.release()',
      },
    ],
    caughtBy: [
      { file: scenarios, test: 'is the same after a crash: kill' },
      { file: scenarios, test: 'is the same after a crash: power' },
    ],
  },
  {
    id: 'B221',
    origin,
    description: 'Lines of a record that is not complete are lost at a restart',
    patches: [
      {
        file: 'reference/docker/reading/container-position.ts',
        find: 'stages: { joined: rest.joined,',
        replace: 'stages: { joined: [],',
      },
    ],
    caughtBy: [
      { file: multilineTest, test: 'is a part of the position: it goes on after a restart' },
      property,
    ],
  },
  {
    id: 'B222',
    origin,
    description:
      'What belongs together depends on when it is read: a log that is read late is joined otherwise',
    patches: [
      {
        file: 'reference/docker/stages/multiline.ts',
        find: '    this.#completeOverdue(writtenUs)\n',
        replace: '',
      },
    ],
    caughtBy: [{ file: multilineTest, test: 'unless they were written later than the time-out' }, property],
  },
  {
    id: 'B223',
    origin,
    description: 'Silence is counted while a log is not read: a record ends although its next line is stored',
    patches: [
      {
        file: 'reference/docker/reading/follow-reader.ts',
        find: '    if (follow) this.#maker.forgetQuiet()\n',
        replace: '',
      },
    ],
    caughtBy: [
      { file: multilineTest, test: 'is not taken for complete because its log was not read for long' },
    ],
  },
  {
    id: 'B224',
    origin,
    description:
      'Which lines a rate limit leaves out is decided anew after a restart, and records get the numbers of others',
    patches: [
      {
        file: 'reference/docker/reading/container-position.ts',
        find: 'bucket: rest.bucket }',
        replace: 'bucket: undefined }',
      },
    ],
    caughtBy: [property],
  },
  {
    id: 'B225',
    origin,
    description: 'Lines that a rate limit leaves out are not counted',
    patches: [{ file: maker, find: "this.#note('rate_limited')", replace: 'undefined' }],
    caughtBy: [{ file: rateTest, test: 'lines are left out, counted, and said once a minute' }],
  },
  {
    id: 'B226',
    origin,
    description: 'Reading that waits for a rate is taken for a stream that is stuck',
    patches: [
      {
        file: 'reference/docker/stream-turn.ts',
        find: 'watchdog.expired || dueMs',
        replace: 'dueMs',
      },
    ],
    caughtBy: [{ file: rateTest, test: 'nothing takes the wait for a stream that is stuck' }],
  },
  {
    id: 'B227',
    origin,
    description: 'A container whose reading waits for a rate keeps its slot, and others are never read',
    patches: [
      {
        file: 'reference/docker/container-session.ts',
        find: '(await this.#pacer?.wait({ signal })) ?? 0',
        replace: '0',
      },
    ],
    caughtBy: [{ file: rateTest, test: 'leaves its slot to others in its turn' }],
  },
  {
    id: 'B228',
    origin,
    description: 'Every sink gets what a label directs to some of them',
    patches: [
      {
        file: 'reference/dispatch/spool/spool-feed.ts',
        find: 'if (!goesTo(block.source, this.name)) return null',
        replace: '',
      },
    ],
    caughtBy: [
      { file: 'reference/docker/label-sink.test.ts', test: 'goes to the sinks that its label names' },
      property,
    ],
  },
  {
    id: 'B229',
    origin,
    description:
      'The moment from which a log is read is not on disk when the first of it is delivered: after a crash it is another one',
    patches: [
      {
        file: maker,
        find: 'this.#closed.push(this.#block(), UNTIL_SAVED)\n  }',
        replace: '{}\n  }',
      },
    ],
    caughtBy: [
      {
        file: 'reference/docker/from-duration.test.ts',
        test: 'the moment is on disk before anything is delivered',
      },
    ],
  },
]
