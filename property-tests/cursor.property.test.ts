import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { ContainerReader, type LogRequest } from '../reference/docker/container-reader.ts'
import { parseContainerPosition } from '../reference/docker/container-position.ts'
import { encodeFrame, storedLog, type StoredMessage } from './models/stored-log.ts'

const SOURCE = { id: 'a'.repeat(64), kind: 'container', name: 'web' } as const
const OPTIONS = { source: SOURCE, tty: false, poll: false, maxLineBytes: 1 << 20, from: 'start' } as const

/** What happens to a follower between two connections. */
interface Visit {
  /** Messages stored while it is connected. */
  readonly arriving: number
  /** Where the connection is cut, as a fraction of the bytes it would bring; null: it ends cleanly. */
  readonly cutAt: number | null
  readonly chunk: number
  /** The collector restarts from what it saved. */
  readonly restart: boolean
  readonly how: 'follow' | 'snapshot'
}

const visit: fc.Arbitrary<Visit> = fc.record({
  arriving: fc.nat(400),
  cutAt: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 2 }),
  chunk: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 41, max: 70_000 })),
  restart: fc.boolean(),
  how: fc.constantFrom('follow', 'snapshot'),
})

/** Serves a request from the log as the engine stores it now. */
function reply(stored: readonly StoredMessage[], request: LogRequest): Buffer {
  const messages =
    request.tail === undefined ? stored : stored.slice(Math.max(0, stored.length - request.tail))
  return Buffer.concat(messages.map(encodeFrame))
}

class Follower {
  reader = new ContainerReader(OPTIONS)
  lines = ''
  records = 0

  take(): void {
    const block = this.reader.take()
    if (block === undefined) return
    expect(block.firstRecord).toBe(this.records)
    expect(block.ends.at(-1) ?? 0).toBe(block.bytes.length)
    this.records += block.ends.length
    this.lines += Buffer.from(block.bytes).toString('latin1')
  }

  restart(): void {
    const position = parseContainerPosition(JSON.parse(JSON.stringify(this.reader.position)))
    this.reader = new ContainerReader({ ...OPTIONS, position })
  }

  /** One connection; opens again as often as the reader asks for it. */
  visit(stored: readonly StoredMessage[], { chunk, cutAt, how }: Visit): void {
    for (let opens = 0; opens < 30; opens++) {
      const bytes = reply(stored, this.reader.open(how))
      const length = cutAt === null ? bytes.length : Math.floor(bytes.length * cutAt)
      let state = this.reader.aligned ? 'aligned' : 'aligning'
      for (let at = 0; at < length && state !== 'reopen'; at += chunk) {
        state = this.reader.push(bytes.subarray(at, Math.min(length, at + chunk)))
        this.take()
      }
      if (cutAt === null && state !== 'reopen') state = this.reader.end()
      else this.reader.cut()
      this.take()
      if (state !== 'reopen') return
    }
    throw new Error('the reader asked for more 30 times')
  }
}

test.prop([storedLog({ maxMessages: 3000 }), fc.array(visit, { minLength: 1, maxLength: 12 })], {
  numRuns: 120,
})(
  'over any sequence of connections every stored line is delivered once, in order',
  ({ messages, lines }, visits) => {
    const follower = new Follower()
    let stored = 0
    for (const one of visits) {
      stored = Math.min(messages.length, stored + one.arriving)
      follower.visit(messages.slice(0, stored), one)
      expect(follower.reader.takeNotices().filter((notice) => notice.kind === 'gap')).toEqual([])
      if (one.restart) follower.restart()
    }
    follower.visit(messages, { arriving: 0, cutAt: null, chunk: 4096, restart: false, how: 'snapshot' })
    follower.reader.flush()
    follower.take()
    expect(follower.lines).toBe(lines)
  },
)

test.prop([storedLog({ maxMessages: 2000 }), fc.nat(300), fc.nat(1000)], { numRuns: 100 })(
  'an engine that replays what it sent already has it skipped',
  ({ messages, lines }, from, length) => {
    const follower = new Follower()
    const middle = Math.floor(messages.length / 2)
    const rewound = Math.max(0, middle - length)
    follower.reader.open('follow')
    const sent = [
      ...messages.slice(0, middle),
      ...messages.slice(rewound + (from % (length + 1)), middle),
      ...messages.slice(middle),
    ]
    // The engine rewinds to the start of a log file: to a line's first chunk, and not while that line is open.
    fc.pre(messages[rewound + (from % (length + 1))]?.lineStart ?? true)
    const openAtMiddle = ([1, 2] as const).some(
      (stream) => messages.slice(middle).find((message) => message.stream === stream)?.lineStart === false,
    )
    fc.pre(!openAtMiddle)
    for (const message of sent) follower.reader.push(encodeFrame(message))
    follower.reader.flush()
    follower.take()
    expect(follower.lines).toBe(lines)
  },
)

test.prop([storedLog({ maxMessages: 1500 }), fc.nat(), fc.nat(1000)], { numRuns: 100 })(
  'a log whose start was rotated away is resumed within the ring without a gap',
  ({ messages }, readUpTo, dropped) => {
    fc.pre(messages.length > 2)
    const follower = new Follower()
    const read = 1 + (readUpTo % (messages.length - 1))
    follower.visit(messages.slice(0, read), {
      arriving: 0,
      cutAt: null,
      chunk: 999,
      restart: false,
      how: 'snapshot',
    })
    const before = follower.records
    const kept = messages.slice(Math.min(read - 1, dropped))
    follower.visit(kept, { arriving: 0, cutAt: null, chunk: 999, restart: false, how: 'snapshot' })
    expect(follower.reader.takeNotices().filter((notice) => notice.kind === 'gap')).toEqual([])
    expect(follower.reader.position.cursor.messages).toBe(messages.length)
    expect(follower.records).toBeGreaterThanOrEqual(before)
  },
)
