import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import type { LogRequest } from '../reference/docker/reading/container-reader.ts'
import { Follower, type Connection } from './models/follower.ts'
import { storedLog, type StoredMessage } from './models/stored-log.ts'

/** What happens to a follower between two connections. */
interface Visit extends Connection {
  /** Messages stored while it is connected. */
  readonly arriving: number
  /** The collector restarts from what it saved. */
  readonly restart: boolean
}

const visit: fc.Arbitrary<Visit> = fc.record({
  arriving: fc.nat(400),
  cutAt: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 2 }),
  chunk: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 41, max: 70_000 })),
  restart: fc.boolean(),
  how: fc.constantFrom('follow', 'snapshot'),
})

/** Serves a request from the log as the engine stores it now. */
function storedAs(stored: readonly StoredMessage[]): (request: LogRequest) => readonly StoredMessage[] {
  return ({ tail }) => (tail === undefined ? stored : stored.slice(Math.max(0, stored.length - tail)))
}

const WHOLE: Connection = { cutAt: null, chunk: 4096, how: 'snapshot' }

test.prop([storedLog({ maxMessages: 3000 }), fc.array(visit, { minLength: 1, maxLength: 12 })], {
  numRuns: 60,
})(
  'over any sequence of connections every stored line is delivered once, in order',
  ({ messages, lines }, visits) => {
    const follower = new Follower({ poll: false })
    let stored = 0
    for (const one of visits) {
      stored = Math.min(messages.length, stored + one.arriving)
      follower.visit(storedAs(messages.slice(0, stored)), one)
      expect(follower.reader.takeNotices().filter((notice) => notice.kind === 'gap')).toEqual([])
      if (one.restart) follower.restart()
    }
    follower.visit(storedAs(messages), WHOLE)
    follower.flush()
    expect(follower.lines).toBe(lines)
  },
)

test.prop([storedLog({ maxMessages: 2000 }), fc.nat(300), fc.nat(1000)], { numRuns: 50 })(
  'an engine that replays what it sent already has it skipped',
  ({ messages, lines }, from, length) => {
    const follower = new Follower({ poll: false })
    const middle = Math.floor(messages.length / 2)
    const rewound = Math.max(0, middle - length)
    follower.reader.open('follow')
    const sent = [
      ...messages.slice(0, middle),
      ...messages.slice(rewound + (from % (length + 1)), middle),
      ...messages.slice(middle),
    ]
    let stored = 0
    for (const message of sent) {
      stored = Math.max(stored, messages.indexOf(message) + 1)
      follower.follow(message, storedAs(messages.slice(0, stored)))
    }
    follower.flush()
    expect(follower.lines).toBe(lines)
  },
)

test.prop([storedLog({ maxMessages: 1500 }), fc.nat(), fc.nat(1000)], { numRuns: 50 })(
  'a log whose start was rotated away is resumed within the ring without a gap',
  ({ messages }, readUpTo, dropped) => {
    fc.pre(messages.length > 2)
    const follower = new Follower({ poll: false })
    const read = 1 + (readUpTo % (messages.length - 1))
    follower.visit(storedAs(messages.slice(0, read)), WHOLE)
    const before = follower.records
    const kept = messages.slice(Math.min(read - 1, dropped))
    follower.visit(storedAs(kept), WHOLE)
    expect(follower.reader.takeNotices().filter((notice) => notice.kind === 'gap')).toEqual([])
    expect(follower.reader.position.cursor.messages).toBe(messages.length)
    expect(follower.records).toBeGreaterThanOrEqual(before)
  },
)
