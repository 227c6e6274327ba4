import type { Defect } from './defect.ts'

const origin = 'The testbed at da0e36f, with subjects as a new user would try them'

const rsyslog = 'The testbed with a subject that reads the engine’s files'
const kinds = 'The testbed with subjects that ship in the formats of Loki and of OTLP'

const syslog = 'The testbed with a subject that ships syslog'

/** What let a subject pass that should not, or fail that should: in the testbed itself. */
export const SUBJECTS: readonly Defect[] = [
  {
    id: 'B542',
    origin: 'The phase odd-output, while it was made',
    description: 'A long line without a piece of its middle is taken for the line that was written',
    patches: [
      {
        file: 'scenarios/audit/numbered-line.ts',
        find: 'return bytes === undefined || text.length === Number(bytes)',
        replace: 'return true',
      },
    ],
    caughtBy: [
      {
        file: 'scenarios/audit/output-audit.test.ts',
        test: 'a line of 40,000 bytes is one that was written only without a piece of its middle',
      },
    ],
  },
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
      {
        file: 'scenarios/engines/disturber.ts',
        find: ': this.#actions[next.kind]())',
        replace: ': undefined)',
      },
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
  {
    id: 'B460',
    origin: rsyslog,
    description:
      'The testbed asks the engine where it keeps its files over a connection that stays, and counts as the subject’s',
    patches: [
      { file: 'scenarios/subjects/data-root.ts', find: 'agent: false', replace: 'agent: KEPT' },
      {
        file: 'scenarios/subjects/data-root.ts',
        find: 'const ANSWER_LIMIT_MS',
        replace: 'const KEPT = new Agent({ keepAlive: true })\nconst ANSWER_LIMIT_MS',
      },
      {
        file: 'scenarios/subjects/data-root.ts',
        find: "import { request } from 'node:http'",
        replace: "import { Agent, request } from 'node:http'",
      },
    ],
    caughtBy: [
      {
        file: 'scenarios/subjects/data-root.test.ts',
        test: 'no connection stays open for it',
      },
    ],
  },
  {
    id: 'B461',
    origin: rsyslog,
    description: 'An engine that keeps no files at all is said to keep them on another machine',
    patches: [
      {
        file: 'scenarios/subjects/data-root.ts',
        find: "if (told === '') throw",
        replace: 'if (told === null) throw',
      },
    ],
    caughtBy: [{ file: 'scenarios/subjects/data-root.test.ts', test: 'an engine that keeps no files' }],
  },
  {
    id: 'B462',
    origin: rsyslog,
    description:
      'Directories that a subject watches, and files of a neighbour, count as logs that it has open',
    patches: [
      {
        file: 'scenarios/probes/open-descriptors.ts',
        find: 'kinds.filter(Boolean).length',
        replace: 'kinds.length',
      },
    ],
    caughtBy: [
      { file: 'scenarios/probes/open-descriptors.test.ts', test: 'the files that are open count, each once' },
    ],
  },
  {
    id: 'B463',
    origin: kinds,
    description: 'What a subject ships to Loki is taken for text, and its lines are not found in it',
    patches: [
      {
        file: 'scenarios/subjects/sink-kinds.ts',
        find: "if (pathname === '/loki/api/v1/push') return LOKI",
        replace: '',
      },
    ],
    caughtBy: [
      { file: 'scenarios/subjects/sink-server.test.ts', test: 'in Protobuf and snappy, as Alloy sends it' },
    ],
  },
  {
    id: 'B464',
    origin: kinds,
    description: 'An export of OTLP that says nothing of its resource is refused',
    patches: [
      {
        file: 'simulators/sinks/otlp/export-request.ts',
        find: 'resource?.attributes ?? []',
        replace: 'resource!.attributes',
      },
    ],
    caughtBy: [
      { file: 'scenarios/subjects/sink-server.test.ts', test: 'as its Collector sends it, without one' },
    ],
  },
  {
    id: 'B465',
    origin: kinds,
    description: 'A body in gzip is kept packed, and its lines are not found in it',
    patches: [
      {
        file: 'scenarios/subjects/sink-kinds.ts',
        find: "headers['content-encoding'] === 'gzip'",
        replace: 'false',
      },
    ],
    caughtBy: [
      { file: 'scenarios/subjects/sink-server.test.ts', test: 'any other body that is in gzip is unpacked' },
    ],
  },
  {
    id: 'B466',
    origin: syslog,
    description: 'A syslog message whose count came alone, or that has a newline in it, is cut there',
    patches: [
      {
        file: 'scenarios/subjects/syslog-frames.ts',
        find: 'bytes.length < end ? null',
        replace: 'bytes.length < whole.length ? null',
      },
    ],
    caughtBy: [{ file: 'scenarios/subjects/syslog-frames.test.ts', test: 'that are not whole are none' }],
  },
  {
    id: 'B467',
    origin: syslog,
    description: 'What came before something that is no syslog is dropped with it',
    patches: [
      {
        file: 'scenarios/subjects/syslog-server.ts',
        find: 'socket.destroy()\n    }\n',
        replace: 'socket.destroy()\n      return\n    }\n',
      },
    ],
    caughtBy: [
      { file: 'scenarios/subjects/sink-server.test.ts', test: 'is taken up to where something else comes' },
    ],
  },
  {
    id: 'B468',
    origin: syslog,
    description: 'A sender that keeps its connection keeps the sink, and so the run, from ending',
    patches: [
      {
        file: 'scenarios/subjects/syslog-server.ts',
        find: 'for (const socket of sockets) socket.destroy()',
        replace: '',
      },
    ],
    caughtBy: [
      {
        file: 'scenarios/subjects/sink-server.test.ts',
        test: 'that is being sent does not keep the sink from ending',
      },
    ],
  },
]
