import type { Defect } from './defect.ts'

const origin = 'As real collectors and their libraries have it'
const memory = {
  file: 'property-tests/memory.test.ts',
  test: 'a thousand rotations leave no more memory in use than there was before',
} as const

/** What is lost between two tasks, what is kept for ever, and in which order things end. */
export const ORACLES: readonly Defect[] = [
  {
    id: 'B321',
    origin,
    description: 'Who waits for a file that stays open is not told that it is free',
    patches: [
      {
        file: 'reference/lifecycle/open-files.ts',
        find: 'this.#released.notifyAll()\n    this.#serve()',
        replace: 'this.#released.notifyAll()\n    if (!entry.file.isOpen) this.#serve()',
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
    id: 'B571',
    origin: 'The campaign: its processes grew with each world that was killed',
    description:
      'What waits for ever stays on the list of a signal that is never aborted, with all that it knows',
    patches: [
      {
        file: 'reference/lifecycle/abort-listener.ts',
        find: 'if (signal === NEVER) return ignore',
        replace: '',
      },
    ],
    caughtBy: [
      {
        file: 'property-tests/memory.test.ts',
        test: 'a hundred collectors that were killed leave no more memory in use than there was before',
      },
      {
        file: 'reference/lifecycle/abort-listener.test.ts',
        test: 'nothing is put on the list of a signal that is never aborted',
      },
    ],
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
    description: 'The spool is closed before what is read is in it: it is written to after its close',
    patches: [
      {
        file: 'reference/dispatch/dispatcher.ts',
        find: "{ name: 'queue', atMostMs: 5000, run: (deadlineMs) => this.#drain(deadlineMs) }",
        replace:
          "{ name: 'queue', atMostMs: 5000, run: async (deadlineMs) => { await this.#mode?.close(); this.#mode.close = async () => {}; await this.#drain(deadlineMs) } }",
      },
    ],
    caughtBy: ['delivery-day'],
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
      {
        file: 'reference/docker/container-session.ts',
        find: '      if (details.running) return follow\n',
        replace: '',
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
  {
    id: 'B328',
    origin,
    description: 'Where a log is polled it is polled once: what comes later is not read before the next list',
    patches: [
      {
        file: 'reference/docker/container-session.ts',
        find: 'await this.#news.hearAtMost(clock, pauseMs, { signal })',
        replace: 'await clock.sleep(1000 * pauseMs, { signal })',
      },
    ],
    caughtBy: [
      {
        file: 'property-tests/collector.property.test.ts',
        test: 'the same on podman-4, whose follow cannot be trusted',
      },
    ],
  },
  {
    id: 'B329',
    origin,
    description: 'A start that waited for a stop goes on, though another stop came after it',
    patches: [
      {
        file: 'reference/lifecycle/lifecycle.ts',
        find: 'if (stops !== this.#stops) throw stoppedWhileStarting()',
        replace: '',
      },
    ],
    caughtBy: [
      {
        file: 'property-tests/lifecycle.property.test.ts',
        test: 'equal some sequential order, and the last call wins: all sequences',
      },
    ],
  },
  {
    id: 'B330',
    origin,
    description:
      'Numbers of 32 bits: the id of a record beyond the first twenty thousand million cannot be read',
    patches: [
      {
        file: 'reference/sinks/otlp/encode.ts',
        find: 'rest = Math.floor(rest / 10)',
        replace: 'rest = (rest / 10) | 0',
      },
    ],
    caughtBy: [
      {
        file: 'reference/sinks/otlp/encode.property.test.ts',
        test: 'an export in protobuf says what was read',
      },
    ],
  },
  {
    id: 'B331',
    origin,
    description: 'In JSON for Loki a byte order mark is dropped',
    patches: [
      {
        file: 'reference/sinks/loki/encode.ts',
        find: "new TextDecoder('utf-8', { ignoreBOM: true })",
        replace: "new TextDecoder('utf-8')",
      },
    ],
    caughtBy: [
      { file: 'reference/sinks/loki/encode.property.test.ts', test: 'a push in json says what was read' },
    ],
  },
  {
    id: 'B332',
    origin,
    description: 'What a service says with 5xx is taken for good: lines are lost while it fails',
    patches: [
      {
        file: 'reference/sinks/http/endpoint.ts',
        find: 'if (status >= 200 && status < 300) return',
        replace: 'if (status >= 500 || (status >= 200 && status < 300)) return',
      },
    ],
    caughtBy: [
      {
        file: 'property-tests/network-sinks.property.test.ts',
        test: 'loki holds each line once, in the order of its source',
      },
    ],
  },
  {
    id: 'B334',
    origin,
    description: 'What is pushed is answered before it is on the disk',
    patches: [
      {
        file: 'reference/push/push-writer.ts',
        find: 'await this.#options.secure()',
        replace: 'await Promise.resolve()',
      },
    ],
    caughtBy: [
      {
        file: 'property-tests/push.property.test.ts',
        test: 'what was answered is in every sink once, in the order of its sender',
      },
    ],
  },
  {
    id: 'B550',
    origin: 'The collector between two releases, found by its property with 15,000 cases of new seeds',
    description: 'A stop leaves a file of the spool open that is just being read',
    patches: [
      {
        file: 'reference/dispatch/spool/spool.ts',
        find: 'await Promise.allSettled(this.#reads.values())\n',
        replace: '',
      },
    ],
    caughtBy: [
      {
        file: 'reference/dispatch/spool/spool.test.ts',
        test: 'a close waits for a read that its reader has given up, so that no file is left open',
      },
    ],
  },
  {
    id: 'B551',
    origin: 'The collector between two releases, found by its property with crashes and new seeds',
    description: 'A stop during a start waits for sinks to take what nobody has begun to give them',
    patches: [
      {
        file: 'reference/dispatch/dispatcher.ts',
        find: 'if (mode === null || this.#running?.signal.aborted !== false) return',
        replace: 'if (mode === null) return',
      },
    ],
    caughtBy: [
      {
        file: 'reference/dispatch/stopping.test.ts',
        test: 'a stop at any moment of a start waits for nothing that was not begun, although the spool holds something',
      },
    ],
  },
]
