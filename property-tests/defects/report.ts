import type { Defect } from './defect.ts'

const origin = 'The report of the testbed itself, broken on purpose'

/** What let a report say more than was seen. */
export const REPORT: readonly Defect[] = [
  {
    id: 'B410',
    finding: 'V',
    origin,
    description: 'What could not be measured counts as passed in JUnit XML',
    patches: [
      {
        file: 'scenarios/report/junit.ts',
        find: 'if (pass === true) return',
        replace: 'if (pass !== false) return',
      },
    ],
    caughtBy: [{ file: 'scenarios/report/junit.test.ts', test: 'a suite for each run' }],
  },
  {
    id: 'B411',
    finding: 'V',
    origin,
    description: 'A run that was interrupted before anything failed has passed',
    patches: [
      {
        file: 'scenarios/report/run-result.ts',
        find: 'pass: !interrupted && passed(criteria)',
        replace: 'pass: passed(criteria)',
      },
    ],
    caughtBy: [
      { file: 'scenarios/report/report.test.ts', test: 'an interrupted run is neither passed nor failed' },
    ],
  },
  {
    id: 'B412',
    finding: 'V',
    origin,
    description:
      'Samples that follow one another count as if each said something new: a growth is surer than it is',
    patches: [
      { file: 'scenarios/criteria/growth.ts', find: '(count * (1 - alike)) / (1 + alike)', replace: 'count' },
    ],
    caughtBy: [{ file: 'scenarios/criteria/growth.test.ts', test: 'the interval holds the true slope' }],
  },
  {
    id: 'B413',
    finding: 'V',
    origin,
    description: 'A phase that was interrupted counts as run, and is not run again when the run is resumed',
    patches: [
      {
        file: 'scenarios/run-session.ts',
        find: 'if (!result.interrupted) this.#done',
        replace: 'this.#done',
      },
    ],
    caughtBy: [{ file: 'scenarios/run-session.test.ts', test: 'the report on disk says at any moment' }],
  },
  {
    id: 'B414',
    finding: 'V',
    origin,
    description:
      'A run of which only the beginning was seen shows that a subject does not lose, leak or hang',
    patches: [{ file: 'scenarios/report/conclusions.ts', find: '!run.interrupted && ', replace: '' }],
    caughtBy: [
      {
        file: 'scenarios/report/conclusions.test.ts',
        test: 'an interrupted run shows only what it did wrong',
      },
    ],
  },
  {
    id: 'B415',
    finding: 'V',
    origin,
    description:
      'Lines that end one chunk of HTTP and begin the next are not seen on the wire: what was read counts as never read',
    patches: [
      {
        file: 'scenarios/audit/wire-lines.ts',
        find: ".replaceAll(CHUNK_BORDER, '')",
        replace: '.concat(CHUNK_BORDER.source.slice(99))',
      },
    ],
    caughtBy: [
      { file: 'scenarios/audit/wire-lines.test.ts', test: 'every line that came over a connection is seen' },
    ],
  },
  {
    id: 'B416',
    finding: 'V',
    origin,
    description: 'A file that is there is overwritten by one to begin with',
    patches: [
      {
        file: 'scenarios/init/init-command.ts',
        find: "replace ? 'w' : 'wx'",
        replace: "replace ? 'w' : 'w'",
      },
    ],
    caughtBy: [{ file: 'scenarios/init/init.test.ts', test: 'a file that is there is left alone' }],
  },
]
