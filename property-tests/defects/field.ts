import type { Defect } from './defect.ts'

const lifecycle = 'reference/lifecycle'
const docker = 'reference/docker'
const reading = `${docker}/reading`
const origin = 'what collectors in the field got wrong, made up here'

/** What others got wrong with lifetimes: what is given back, cancelled, woken and waited for. */
export const FIELD: readonly Defect[] = [
  {
    id: 'B231',
    origin,
    description: 'A slot that is given back twice frees two: more streams are open than allowed',
    patches: [
      {
        file: `${lifecycle}/slot-pool.ts`,
        find: 'if (slot.released) return\n    slot.released = true\n    if',
        replace: 'slot.released = true\n    if',
      },
      {
        file: `${lifecycle}/semaphore.ts`,
        find: 'if (released) return\n      released = true',
        replace: 'released = !released',
      },
    ],
    caughtBy: [{ file: 'property-tests/slot-pool.property.test.ts', test: 'slots go to who waited longest' }],
  },
  {
    id: 'B232',
    origin,
    description: 'Who gives up waiting for a slot keeps the place in the queue: the slot is lost with it',
    patches: [
      {
        file: `${lifecycle}/semaphore.ts`,
        find: 'if (queue.delete(resolve)) reject(options.signal.reason)',
        replace: 'reject(options.signal.reason)',
      },
    ],
    caughtBy: [
      'collector-property',
      { file: 'property-tests/slot-pool.property.test.ts', test: 'slots go to who waited longest' },
    ],
  },
  {
    id: 'B234',
    origin,
    description: 'A deadline that was met leaves its timer behind',
    patches: [
      {
        file: `${lifecycle}/deadline.ts`,
        find: 'using _timer = clock.after(',
        replace: 'const _timer = clock.after(',
      },
    ],
    caughtBy: ['odd-day'],
  },
  {
    id: 'B235',
    origin,
    description: 'What misses its deadline is not cancelled, and goes on beside what is tried next',
    patches: [{ file: `${lifecycle}/deadline.ts`, find: 'if (!settled) own.abort(TOO_LATE)', replace: '' }],
    caughtBy: ['odd-day'],
  },
  {
    id: 'B236',
    origin,
    description: 'Listeners for an abort are never removed',
    patches: [
      {
        file: `${lifecycle}/abort-listener.ts`,
        find: 'if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return',
        replace: 'if (listener !== undefined) return',
      },
    ],
    caughtBy: [
      {
        file: 'property-tests/memory.test.ts',
        test: 'a thousand rotations leave no more memory in use than there was before',
      },
      {
        file: 'reference/lifecycle/abort-listener.test.ts',
        test: 'a signal has one listener however many wait for it',
      },
    ],
  },
  {
    id: 'B237',
    origin,
    description: 'Who gives up waiting for a change stays among those to be woken',
    patches: [
      {
        file: `${lifecycle}/condition.ts`,
        find: '} finally {\n      this.#waiters.delete(resolve)\n    }',
        replace: '} finally {\n    }',
      },
    ],
    caughtBy: ['collector-property'],
  },
  {
    id: 'B239',
    origin,
    description: 'Who gives up waiting for memory keeps the place in the queue: the memory is lost with it',
    patches: [
      {
        file: 'reference/dispatch/budget.ts',
        find: 'if (!this.#waiting.has(waiter)) return\n      this.#leave(waiter)',
        replace: 'if (!this.#waiting.has(waiter)) return',
      },
    ],
    caughtBy: ['odd-day', { file: 'reference/dispatch/budget.test.ts', test: 'who gives up holds nothing' }],
  },
  {
    id: 'B240',
    origin,
    description: 'A slot is kept while its holder waits for room: two that wait for each other',
    patches: [
      {
        file: `${docker}/container-session.ts`,
        find: 'slot.release()\n      this.#turn = null\n    }',
        replace: 'this.#turn = null\n    }',
      },
      {
        file: `${docker}/container-session.ts`,
        find: 'await this.#context.deliver(turn.undelivered, { signal })\n',
        replace: 'await this.#context.deliver(turn.undelivered, { signal })\n    slot.release()\n',
      },
    ],
    caughtBy: ['collector-property'],
  },
  {
    id: 'B241',
    origin,
    description: 'A log whose stream ended or failed is opened again without a delay, many times a second',
    patches: [
      {
        file: `${docker}/container-session.ts`,
        find: 'await this.#news.waitAtMost(this.#context.clock, this.#backOff.next(), { signal })',
        replace: 'signal.throwIfAborted()',
      },
    ],
    caughtBy: ['odd-day'],
  },
  {
    id: 'B242',
    origin,
    description: 'A container that was removed is tried again for ever',
    patches: [
      {
        file: `${docker}/container-session.ts`,
        find: 'if (isNotFound(end.error)) return await this.#afterNotFound(follow, signal)',
        replace: '',
      },
    ],
    caughtBy: ['odd-day'],
  },
  {
    id: 'B243',
    origin,
    description: 'The stream over which it is asked whether anything is unread is never closed',
    patches: [
      {
        file: `${docker}/idle-probe.ts`,
        find: '} finally {\n    stream.destroy()\n  }',
        replace: '} finally {\n  }',
      },
    ],
    caughtBy: ['odd-day'],
  },
  {
    id: 'B244',
    origin,
    description: 'Positions are saved and not read again: after a restart everything comes again',
    patches: [
      {
        file: `${docker}/container-session.ts`,
        find: 'const saved = position ?? resumePosition(this.source.id)',
        replace: 'const saved = position ?? (resumePosition === undefined ? position : undefined)',
      },
    ],
    caughtBy: ['ordinary-day'],
  },
  {
    id: 'B245',
    origin,
    description:
      'Each frame is read by a call within the call before: a chunk of many frames overflows the stack',
    patches: [
      {
        file: `${reading}/parsing/demultiplexer.ts`,
        find: `    let at = 0
    while (at < chunk.length) {
      const end = this.#held === 0 ? frameEnd(chunk, at) : Infinity
      if (end <= chunk.length) {
        emit(chunk, at, end, handler)
        at = end
      } else {
        at = this.#hold(chunk, at, handler)
      }
    }`,
        replace: `    if (chunk.length === 0) return
    const end = this.#held === 0 ? frameEnd(chunk, 0) : Infinity
    let at = end
    if (end <= chunk.length) emit(chunk, 0, end, handler)
    else at = this.#hold(chunk, 0, handler)
    this.push(chunk.subarray(at), handler)`,
      },
    ],
    caughtBy: [
      {
        file: 'property-tests/frames.property.test.ts',
        test: 'a chunk of many frames is read frame by frame',
      },
    ],
  },
  {
    id: 'B246',
    origin,
    description:
      'The key of a message is its stamp alone: chunks of one line, and lines of one moment, are the same',
    patches: [
      {
        file: `${reading}/parsing/message-key.ts`,
        find: 'for (let i = start; i < end; i++) {',
        replace: 'for (let i = start; i < Math.min(end, start + 30); i++) {',
      },
      { file: `${reading}/parsing/message-key.ts`, find: '^ (end - start)', replace: '' },
    ],
    caughtBy: [
      {
        file: 'property-tests/cursor.property.test.ts',
        test: 'a log whose start was rotated away is resumed',
      },
    ],
  },
  {
    id: 'B247',
    origin,
    description: 'The key of a message is without its stamp: equal lines are the same line',
    patches: [
      {
        file: `${reading}/parsing/message-key.ts`,
        find: 'for (let i = start; i < end; i++) {',
        replace: 'for (let i = start + 30; i < end; i++) {',
      },
    ],
    caughtBy: [
      { file: 'property-tests/cursor.property.test.ts', test: 'over any sequence of connections' },
      {
        file: 'property-tests/cursor.property.test.ts',
        test: 'a log whose start was rotated away is resumed',
      },
    ],
  },
  {
    id: 'B249',
    origin,
    description: 'The cursor is one message: where that is stored twice reading goes on at the wrong one',
    patches: [
      { file: `${reading}/search/cursor-state.ts`, find: 'RING_KEYS = 50', replace: 'RING_KEYS = 1' },
    ],
    caughtBy: [
      {
        file: 'reference/docker/reading/container-reader.test.ts',
        test: 'a log that begins within the ring and does not go on behind it is a gap',
      },
    ],
  },
  {
    id: 'B250',
    origin,
    description: 'The cursor is the newest stamp: a line of the other stream that was stored late is dropped',
    patches: [
      {
        file: `${reading}/search/replay-filter.ts`,
        find: "return maybeOld && this.#history.find(key) >= 0 ? 'doubt' : 'new'",
        replace: "return maybeOld ? 'replay' : 'new'",
      },
    ],
    caughtBy: [
      'collector-property',
      { file: 'property-tests/cursor.property.test.ts', test: 'over any sequence of connections' },
    ],
  },
  {
    id: 'B251',
    origin,
    description: 'The cursor is the number of messages: what rotation took away shifts it',
    patches: [
      {
        file: `${reading}/search/ring-search.ts`,
        find: 'if (this.#pushRun(key)) return',
        replace:
          'this.#pushEnd(key)\n    if (this.#pushRun(key) || this.#passed === this.#reply.asked) return',
      },
    ],
    caughtBy: [{ file: 'property-tests/cursor.property.test.ts', test: 'over any sequence of connections' }],
  },
  {
    id: 'B252',
    origin,
    description:
      'The tail that is asked for never grows: where more was stored than it holds the place is never found',
    patches: [{ file: `${reading}/tail-policy.ts`, find: 'this.#factor *= GROWTH\n    if', replace: 'if' }],
    caughtBy: ['collector-property'],
  },
  {
    id: 'B253',
    origin,
    description:
      'Where stamps have whole seconds, reading goes on behind the first message of the newest one',
    patches: [
      {
        file: `${reading}/search/counting-cursor.ts`,
        find: 'this.#sinceNewest! += 1',
        replace: 'this.#sinceNewest = 1',
      },
    ],
    caughtBy: [
      'collector-property',
      {
        file: 'property-tests/polled-cursor.property.test.ts',
        test: 'whatever a log stores while it is polled',
      },
    ],
  },
  {
    id: 'B254',
    origin,
    description:
      'Where the tail counts lines, messages behind the last whole line are delivered before they are certain',
    patches: [
      {
        file: `${reading}/search/counting-cursor.ts`,
        find: "if (trust === 'certain' || isVouchedFor) {",
        replace: "if (trust !== 'beyond' || isVouchedFor) {",
      },
    ],
    caughtBy: [
      {
        file: 'property-tests/polled-cursor.property.test.ts',
        test: 'whatever a log stores while it is polled',
      },
    ],
  },
  {
    id: 'B255',
    origin,
    description:
      'Chunks of a line are made text one by one: a character that is cut between two of them is lost',
    patches: [
      {
        file: `${reading}/parsing/open-line.ts`,
        find: 'add(buffer: Uint8Array, start: number, end: number): void {',
        replace:
          'add(piece: Uint8Array, from: number, to: number): void {\n    const buffer = Buffer.from(Buffer.from(piece.subarray(from, to)).toString())\n    const start = 0\n    const end = buffer.length',
      },
    ],
    caughtBy: [
      {
        file: `${reading}/parsing/line-assembler.test.ts`,
        test: 'a character that is cut between two pieces of a line is whole in the line',
      },
    ],
  },
  {
    id: 'B256',
    origin,
    description: 'Chunks are joined whatever their stream: lines of standard output and error are mixed',
    patches: [
      {
        file: `${reading}/parsing/line-assembler.ts`,
        find: 'if (this.#open.size > 0 && this.#open.has(stream)) {\n      this.#continueOrOrphan(stream,',
        replace: 'if (this.#open.size > 0) {\n      this.#continueOrOrphan([...this.#open.keys()][0]!,',
      },
    ],
    caughtBy: [{ file: 'property-tests/cursor.property.test.ts', test: 'over any sequence of connections' }],
  },
  {
    id: 'B259',
    origin,
    description: 'A stop does not save the positions a last time',
    patches: [
      {
        file: 'reference/dispatch/dispatcher.ts',
        find: '(signal) => checkpointer.finish(signal))',
        replace: 'async () => checkpointer.checks())',
      },
    ],
    caughtBy: ['collector-property'],
  },
  {
    id: 'B260',
    origin,
    description:
      'That a container is gone is known by the words of the engine, which are others in another version',
    patches: [
      {
        file: `${docker}/container-inspection.ts`,
        find: "return error instanceof EngineError && error.code === 'not_found'",
        replace: "return error instanceof EngineError && error.message.includes('no such container')",
      },
    ],
    caughtBy: ['odd-day'],
  },
]
