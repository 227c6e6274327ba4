import type { Defect } from './defect.ts'

const push = 'reference/push'
const origin = 'What programs push over the API, as it came'
const pushTest = 'reference/http/push.test.ts'
const property = {
  file: 'property-tests/push.property.test.ts',
  test: 'what was answered is in every sink once',
}

/** Lines that are pushed and lost, repeated, or written where they must not be; and what else came to the API with them. */
export const PUSH: readonly Defect[] = [
  {
    id: 'B340',
    origin,
    description: 'A push is answered before its lines survive a power cut',
    patches: [
      {
        file: `${push}/push-writer.ts`,
        find: 'await this.#options.secure()',
        replace: 'this.#options.secure().catch(() => {})',
      },
    ],
    caughtBy: [property],
  },
  {
    id: 'B341',
    origin,
    description:
      'Sinks are given what was pushed before it survives a power cut, so that it comes again when it is sent again',
    patches: [
      {
        file: 'reference/dispatch/spool/spool.ts',
        find: 'if (unseen) this.#unseen.push(this.#last)',
        replace: '',
      },
    ],
    caughtBy: [
      { file: 'reference/dispatch/spool/spool.test.ts', test: 'what is not to be seen before it is synced' },
    ],
  },
  {
    id: 'B342',
    origin,
    description:
      'How much was pushed to a file is not saved, so that later lines have the numbers of earlier ones',
    patches: [
      {
        file: 'reference/dispatch/spool/spooled-delivery.ts',
        find: 'this.#appended.set(source.id, { source, position })\n    }',
        replace: '}',
      },
    ],
    caughtBy: [property],
  },
  {
    id: 'B343',
    origin,
    description:
      'Of what could not be written the key is kept, so that it is not taken when it is sent again',
    patches: [
      {
        file: `${push}/push-writer.ts`,
        find: 'for (const stream of waiting.streams) stream.drop()',
        replace: '',
      },
    ],
    caughtBy: [property],
  },
  {
    id: 'B344',
    origin,
    description: 'A first line that equals the first of a file that was there before is taken for that',
    patches: [
      {
        file: 'reference/sinks/local-file/local-file-sink.ts',
        find: 'mark ?? beginningOf(source)',
        replace: 'mark',
      },
    ],
    caughtBy: [{ file: pushTest, test: 'a line is not taken for one that the file held before' }],
  },
  {
    id: 'B345',
    origin,
    description: 'A name with .. leads out of the directory of logs',
    patches: [{ file: `${push}/file-name.ts`, find: "parts.includes('..')", replace: "parts[0] === '..'" }],
    caughtBy: [{ file: `${push}/file-name.test.ts`, test: '"a/../../etc/passwd"' }],
  },
  {
    id: 'B346',
    origin,
    description: 'A symbolic link in the directory of logs is followed',
    patches: [
      {
        file: `${push}/log-directory.ts`,
        find: 'if (entry.kind !== wanted)',
        replace: "if (entry.kind !== wanted && entry.kind !== 'link')",
      },
    ],
    caughtBy: [{ file: `${push}/log-directory.test.ts`, test: 'no link is followed' }],
  },
  {
    id: 'B347',
    origin,
    description: 'Lines are pushed into the state of the collector where that lies in the directory of logs',
    patches: [{ file: `${push}/log-directory.ts`, find: 'this.#assertOwn(path)\n', replace: '\n' }],
    caughtBy: [
      { file: pushTest, test: 'of files that are there as something else are refused' },
      { file: `${push}/log-directory.test.ts`, test: 'what is forbidden is refused' },
    ],
  },
  {
    id: 'B348',
    origin,
    description: 'A key that stood for other lines is taken for a repetition',
    patches: [
      { file: `${push}/push-writer.ts`, find: 'stream.assertKey(request)', replace: 'stream.commit()' },
    ],
    caughtBy: [{ file: pushTest, test: 'is taken once, also over a crash' }],
  },
  {
    id: 'B349',
    origin,
    description: 'Requests that wait for a disk that hangs take memory without a bound',
    patches: [
      {
        file: `${push}/push-intake.ts`,
        find: 'this.#waitingBytes + request.bytes > config.waitingBytesMax',
        replace: 'this.#waitingBytes < 0',
      },
    ],
    caughtBy: [{ file: pushTest, test: 'too much waits for a disk that hangs' }],
  },
  {
    id: 'B350',
    origin,
    description: 'Only the names in the directory itself are synced, not those below it',
    patches: [
      {
        file: 'reference/sinks/local-file/local-file-sink.ts',
        find: 'for (const [directory, files] of byDirectory) await',
        replace: 'for (const [directory, files] of [...byDirectory].slice(0, 1)) await',
      },
    ],
    caughtBy: [property],
  },
  {
    id: 'B353',
    origin,
    description:
      'A name that was forgotten begins with the ids of its first life, which a stream of NATS still holds',
    patches: [
      {
        file: `${push}/push-stream.ts`,
        find: 'epoch: Math.max(0, Math.floor(nowMs / 1000))',
        replace: 'epoch: 0',
      },
    ],
    caughtBy: [{ file: `${push}/push-stream.test.ts`, test: 'a name that begins anew begins a later epoch' }],
  },
  {
    id: 'B351',
    origin: 'The API, as its limits came',
    description: 'Who has no token uses up the requests of those who have one',
    patches: [
      {
        file: 'reference/http/access.ts',
        find: "(access === 'open' ? null : await this.#refuse(route, request)) ?? this.#slowDown(route)",
        replace: "this.#slowDown(route) ?? (access === 'open' ? null : await this.#refuse(route, request))",
      },
    ],
    caughtBy: [{ file: 'reference/http/request-rate.test.ts', test: 'requests beyond the rate' }],
  },
  {
    id: 'B352',
    origin: 'The API, as captures came',
    description: 'A capture that nobody reads to its end keeps all others from being taken',
    patches: [
      {
        file: 'reference/http/captures.ts',
        find: "controller.signal.addEventListener('abort', end, { once: true })",
        replace: '',
      },
    ],
    caughtBy: [{ file: 'reference/http/captures.test.ts', test: 'is cut off at its deadline' }],
  },
  {
    id: 'B555',
    origin: 'The collector between two releases, reviewed',
    description:
      'Requests that the server refuses for their body are in no figure: who pushes too much at once loses it unseen',
    patches: [
      {
        file: 'reference/http/push-route.ts',
        find: 'onBodyRefused: (status) => push?.noteRefused(status),',
        replace: '',
      },
    ],
    caughtBy: [{ file: pushTest, test: 'a request that is too large is counted' }],
  },
]
