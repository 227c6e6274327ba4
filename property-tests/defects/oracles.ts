import type { Defect } from './defect.ts'

const origin = 'As real collectors and their libraries have it'
const memory = {
  file: 'property-tests/memory.test.ts',
  test: 'a thousand rotations leave no more memory in use than there was before',
} as const

/** What is lost between two tasks, what is kept for ever, and in which order things end. */
export const ORACLES: readonly Defect[] = [
  {
    id: 'B320',
    origin,
    description:
      'Who waits for more in the spool does not look first: what was appended while it read is missed',
    patches: [
      {
        file: 'reference/dispatch/spool/spool.ts',
        find: 'while (compareOffsets(this.#seenEnd, from) <= 0) await this.#appended.wait(options)',
        replace: 'await this.#appended.wait(options)',
      },
    ],
    caughtBy: ['collector-property'],
  },
  {
    id: 'B321',
    origin,
    description: 'Who waits for a file is not served when it is released',
    patches: [
      {
        file: 'reference/lifecycle/open-files.ts',
        find: 'this.#released.notifyAll()\n    this.#serve()',
        replace: 'this.#released.notifyAll()',
      },
    ],
    caughtBy: ['ordinary-day'],
  },
  {
    id: 'B322',
    origin,
    description: 'A scope that is closed stays with its parent: one more with each rotation',
    patches: [
      {
        file: 'reference/lifecycle/scope.ts',
        find: 'if (this.#parent !== null) this.#parent.#children.delete(this)',
        replace: '',
      },
    ],
    caughtBy: [memory],
  },
  {
    id: 'B323',
    origin,
    description: 'Promise.race against what never settles: each call keeps its promises for ever',
    patches: [
      {
        file: 'reference/docker/stream-turn.ts',
        find: 'reading.then(resolve, reject)',
        replace:
          'Promise.race([reading, (StreamTurn.never ??= new Promise(() => {}))]).then(resolve, reject)',
      },
    ],
    caughtBy: [memory],
  },
  {
    id: 'B324',
    origin,
    description: 'An abort does not reach the scopes within: what is read goes on over the stop',
    patches: [
      {
        file: 'reference/lifecycle/scope.ts',
        find: 'for (const child of this.#children) child.abort(reason)',
        replace: '',
      },
    ],
    caughtBy: ['ordinary-day'],
  },
  {
    id: 'B325',
    origin,
    description: 'What is known of a container is forgotten when it stops: everything is sent again',
    patches: [
      {
        file: 'reference/docker/container-session.ts',
        find: 'const reader = this.#makeReader(details, stages, fromFiles?.position)',
        replace: 'let reader = this.#makeReader(details, stages, fromFiles?.position)',
      },
      {
        file: 'reference/docker/container-session.ts',
        find: '        mode = await this.#waitForNews(seen, follow, signal)\n',
        replace: `        mode = await this.#waitForNews(seen, follow, signal)
        reader = this.#reader = createReader({ ...this.#readerOptions(details, stages), position: undefined, ...readingOf(this.#context.engineInfo()), wasThere: false })
`,
      },
    ],
    caughtBy: ['collector-property'],
  },
  {
    id: 'B326',
    origin,
    description: 'At a stop the delivery ends before the readers: what they still bring nobody takes',
    patches: [
      {
        file: 'reference/main.ts',
        find: 'components.toReversed().flatMap(',
        replace: 'components.flatMap(',
      },
    ],
    caughtBy: ['ordinary-day'],
  },
  {
    id: 'B327',
    origin,
    description: 'A stream that ended cleanly, as a proxy ends it, is taken for the end of its container',
    patches: [
      {
        file: 'reference/docker/container-session.ts',
        find: "    if (!details.running) return 'drain'\n    if (mode === 'poll'",
        replace: "    if (mode !== 'poll') return 'drain'\n    if (mode === 'poll'",
      },
    ],
    caughtBy: ['odd-day'],
  },
  {
    id: 'B257',
    origin,
    description: 'A line whose end never came is joined with the next one: stamps are not compared',
    patches: [
      {
        file: 'reference/docker/reading/parsing/line-assembler.ts',
        find: 'if (!this.#options.chunksShareStamp || compareStamps(line.stamp, 0, buffer, start) === 0) {',
        replace:
          'if (!this.#options.chunksShareStamp || compareStamps(line.stamp, 0, buffer, start) < Infinity) {',
      },
    ],
    caughtBy: ['odd-day'],
  },
]
