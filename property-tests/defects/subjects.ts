import type { Defect } from './defect.ts'

const origin = 'The testbed at da0e36f, with subjects as a new user would try them'

/** What let a subject pass that should not, or fail that should: in the testbed itself. */
export const SUBJECTS: readonly Defect[] = [
  {
    id: 'B280',
    origin,
    description: 'Output that is no line of any container is passed over: 40 MB of anything pass',
    patches: [{ file: 'scenarios/audit/output-audit.ts', find: 'audit.sawOther(text)', replace: 'return' }],
    caughtBy: [
      {
        file: 'scenarios/audit/output-audit.test.ts',
        test: 'lines that belong to no container were written by nobody',
      },
    ],
  },
  {
    id: 'B282',
    origin,
    description: 'A subject that was never made to begin a stream again is said to lose and repeat nothing',
    patches: [
      {
        file: 'scenarios/report/conclusions.ts',
        find: 'has(run, shownBy, true) && ',
        replace: '',
      },
    ],
    caughtBy: [
      {
        file: 'scenarios/report/conclusions.test.ts',
        test: 'a run in which no stream had to begin again shows nothing',
      },
    ],
  },
  {
    id: 'B283',
    origin,
    description: 'That a subject ended by itself fails no criterion',
    patches: [
      {
        file: 'scenarios/criteria/criteria.ts',
        find: 'measure: ({ subjectProblems }) => subjectProblems.length',
        replace: 'measure: () => 0',
      },
    ],
    caughtBy: [
      {
        file: 'scenarios/phases/phases.test.ts',
        test: 'idle-stream fails when the subject ends by itself',
      },
    ],
  },
  {
    id: 'B284',
    origin,
    description: 'A phase says that it disturbs the subject, and does not',
    patches: [
      { file: 'scenarios/engines/disturber.ts', find: 'await this.#actions[next.kind]()', replace: '' },
    ],
    caughtBy: [
      {
        file: 'scenarios/engines/disturber.test.ts',
        test: 'each disturbance is played once, at its moment',
      },
    ],
  },
  {
    id: 'B285',
    origin,
    description: 'A follower that never rotates passes, because what it does not tell is not measured',
    patches: [
      {
        file: 'scenarios/criteria/criteria.ts',
        find: 'rotationsByContainer === null ? divide(lastingConnections, containers) : null',
        replace: 'rotationsByContainer === null ? null : divide(lastingConnections, containers)',
      },
    ],
    caughtBy: [
      {
        file: 'scenarios/phases/phases.test.ts',
        test: 'rotation continuity fails by its connections',
      },
    ],
  },
]
