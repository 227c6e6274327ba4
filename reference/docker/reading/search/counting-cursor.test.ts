import { describe, expect, test } from 'vitest'
import { Follower, type Connection } from '../../../../property-tests/models/follower.ts'
import { PodmanLog } from '../../../../property-tests/models/podman-log.ts'
import type { StoredMessage } from '../../../../property-tests/models/stored-log.ts'
import type { LogRequest } from '../container-reader.ts'
import { CountingCursor, type Verdict } from './counting-cursor.ts'
import type { CursorState } from './cursor-state.ts'

const message = (second: number, text: string): StoredMessage => ({
  stream: 1,
  stamp: `2026-01-01T00:${String(Math.floor(second / 60)).padStart(2, '0')}:${String(second % 60).padStart(2, '0')}.000000000Z`,
  data: Buffer.from(text),
  lineStart: true,
})
const repeat = (count: number, second: number, text = 'x\n'): StoredMessage[] =>
  Array.from({ length: count }, () => message(second, text))

const SNAPSHOT: Connection = { cutAt: null, chunk: 4096, how: 'snapshot' }

/** A container's log and who polls it. */
class Rig {
  readonly requests: LogRequest[] = []
  follower: Follower
  #messages: StoredMessage[] = []
  #replyMessagesMax = Infinity

  constructor(from: 'start' | 'now' = 'start') {
    this.follower = new Follower({ poll: true, from })
  }

  write(...messages: StoredMessage[]): void {
    this.#messages.push(...messages)
  }

  /** The log begins afresh. */
  rotate(): void {
    this.#messages = []
  }

  /** As an engine does that is shut down: the reply looks complete. */
  endNextReplyAfter(messages: number): void {
    this.#replyMessagesMax = messages
  }

  /**
   * What two polls deliver: the last message of a reply is certain only with the next.
   * @param meanwhile what is written during the first one: of it a reply with `tail` lacks the first message
   */
  poll(...meanwhile: StoredMessage[]): string {
    const before = this.follower.lines.length
    const stored = this.#messages.length
    this.write(...meanwhile)
    const log = new PodmanLog(this.#messages, { decimals: 0 })
    log.grow(stored)
    const serve = (request: LogRequest): readonly StoredMessage[] => {
      this.requests.push(request)
      const reply = log.snapshot(request, { between: 1, meanwhile: meanwhile.length, torn: false })
      const messages = reply.slice(0, this.#replyMessagesMax)
      this.#replyMessagesMax = Infinity
      return messages
    }
    this.follower.visit(serve, SNAPSHOT)
    this.follower.visit(serve, SNAPSHOT)
    return this.follower.lines.slice(before)
  }

  /** Where the newest line was that was lost. */
  gaps(): string[] {
    return this.follower.reader.takeNotices().flatMap((notice) => (notice.kind === 'gap' ? notice.after : []))
  }
}

describe('CountingCursor', () => {
  test('equal lines of one second are told apart by their number, over a restart too', () => {
    const rig = new Rig()
    rig.write(...repeat(3, 1))
    expect(rig.poll()).toBe('x\n'.repeat(3))
    rig.follower.restart()
    rig.write(...repeat(2, 1))
    expect(rig.poll()).toBe('x\n'.repeat(2))
    expect(rig.poll()).toBe('')
  })

  test('of a long log no more is asked for than may be new, and enough to know the place', () => {
    const rig = new Rig()
    for (let second = 0; second < 1000; second++) rig.write(message(second, `${second}\n`))
    rig.poll()
    rig.follower.restart()
    rig.write(message(1000, '1000\n'))
    expect(rig.poll()).toBe('1000\n')
    expect(rig.requests[0]).toEqual({ follow: false })
    for (const { tail } of rig.requests.slice(1)) expect(tail).toBeLessThan(110)
    expect(rig.requests).toHaveLength(4)
  })

  test('a reply that begins within the newest second does not tell the place: more is asked for', () => {
    const rig = new Rig()
    rig.write(...repeat(300, 1), ...repeat(300, 2))
    rig.poll()
    rig.follower.restart()
    rig.write(...repeat(500, 2))
    expect(rig.poll()).toBe('x\n'.repeat(500))
    expect(rig.requests.length).toBeGreaterThan(2)
    rig.write(message(3, 'x\n'))
    expect(rig.poll()).toBe('x\n')
    rig.poll()
    expect(rig.requests.at(-1)!.tail).toBeLessThan(110)
  })

  test('a busy second is counted without the whole log', () => {
    const rig = new Rig()
    rig.write(...repeat(1000, 1))
    rig.poll()
    for (let polls = 0; polls < 3; polls++) {
      rig.write(...repeat(300, 2))
      expect(rig.poll()).toBe('x\n'.repeat(300))
    }
    rig.poll()
    expect(rig.requests.at(-1)!.tail).toBeGreaterThan(900)
  })

  test('after a clock was set back, the same second comes again and is not the place', () => {
    const rig = new Rig()
    rig.write(message(1, 'x\n'), ...repeat(60, 9), message(2, 'x\n'), ...repeat(60, 9))
    expect(rig.poll()).toBe('x\n'.repeat(122))
    rig.write(...repeat(60, 9))
    expect(rig.poll()).toBe('x\n'.repeat(60))
    expect(rig.gaps()).toEqual([])
  })

  test('where a long line may lack some of its chunks, it waits for a second reply that has them', () => {
    const rig = new Rig()
    for (let second = 0; second < 300; second++) rig.write(message(second, `${second}\n`))
    rig.poll()
    rig.follower.restart()
    rig.write(message(300, 'one '), message(300, 'two '), message(300, 'three\n'))
    expect(rig.poll()).toBe('one two three\n')
  })

  test('a log that begins afresh within the second is a gap, and read on from the next second', () => {
    const rig = new Rig()
    rig.write(message(1, 'old\n'), message(1, 'old\n'))
    rig.poll()
    rig.rotate()
    rig.write(message(1, 'new\n'), message(1, 'new\n'), message(1, 'new\n'), message(2, 'newer\n'))
    expect(rig.poll()).toBe('newer\n')
    expect(rig.gaps()).toEqual(['2026-01-01T00:00:01.000000000Z'])
    rig.write(message(2, 'newest\n'))
    expect(rig.poll()).toBe('newest\n')
    expect(rig.gaps()).toEqual([])
  })

  test('of a log that began afresh not more is asked for than it holds, lest what is written during the reply is left out', () => {
    const rig = new Rig()
    for (let second = 0; second < 500; second++) rig.write(message(second, `${second}\n`))
    rig.poll()
    rig.rotate()
    rig.write(message(501, '501\n'), message(502, '502\n'))
    expect(rig.poll()).toBe('501\n502\n')
    expect(rig.poll()).toBe('')
    expect(rig.poll(message(503, '503\n'), message(504, '504\n'))).toBe('503\n504\n')
  })

  test('a gap is told once, also when the process restarts before anything newer comes', () => {
    const rig = new Rig()
    rig.write(message(5, 'old\n'))
    rig.poll()
    rig.rotate()
    rig.write(message(5, 'lost\n'))
    expect(rig.poll()).toBe('')
    expect(rig.gaps()).toHaveLength(1)
    rig.follower.restart()
    rig.write(message(6, 'new\n'))
    expect(rig.poll()).toBe('new\n')
    expect(rig.gaps()).toEqual([])
  })

  test('one reply that ends before the place is no gap', () => {
    const rig = new Rig()
    rig.write(message(1, 'one\n'), message(2, 'two\n'))
    rig.poll()
    rig.endNextReplyAfter(1)
    expect(rig.poll()).toBe('')
    rig.write(message(2, 'three\n'))
    expect(rig.poll()).toBe('three\n')
    expect(rig.gaps()).toEqual([])
  })

  test('from now: equal lines of the second in which it begins are told apart', () => {
    const rig = new Rig('now')
    rig.write(...repeat(20, 1), ...repeat(200, 2))
    expect(rig.poll()).toBe('')
    rig.write(...repeat(3, 2))
    expect(rig.poll()).toBe('x\n'.repeat(3))
  })

  test('from now: what is written during the first reply is not left out', () => {
    const rig = new Rig('now')
    for (let second = 0; second < 60; second++) rig.write(message(second, `${second}\n`))
    expect(rig.poll(message(60, '60\n'), message(61, '61\n'))).toBe('60\n61\n')
    rig.write(message(62, '62\n'))
    expect(rig.poll()).toBe('62\n')
    expect(rig.gaps()).toEqual([])
  })

  test('from now: where fewer lines exist than are asked for, the whole log tells what exists', () => {
    const rig = new Rig('now')
    for (let second = 0; second < 5; second++) rig.write(message(second, `${second}\n`))
    expect(rig.poll(message(5, '5\n'), message(6, '6\n'))).toBe('')
    rig.write(message(7, '7\n'))
    expect(rig.poll()).toBe('7\n')
    expect(rig.gaps()).toEqual([])
  })

  test('from now, after a clock was set back: an equal second before that is not the place', () => {
    const rig = new Rig('now')
    rig.write(message(50, 'before\n'), message(51, 'before\n'))
    for (let n = 0; n < 60; n++) rig.write(message(0, `${n}\n`))
    rig.write(message(50, 'x\n'))
    rig.poll()
    rig.write(...repeat(100, 50))
    expect(rig.poll()).toBe('x\n'.repeat(100))
    expect(rig.requests.at(-1)).toEqual({ follow: false })
    expect(rig.gaps()).toEqual([])
  })
})

const stampAt = (second: number): Buffer => Buffer.from(message(second, '').stamp)
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, n) => from + n)

/** What was saved once the messages 1 to `last` were delivered: lines, each with the second and the key of its number. */
function savedBehind(last: number): CursorState {
  return {
    messages: last,
    ring: Float64Array.from(range(Math.max(1, last - 49), last)),
    newest: stampAt(last).toString(),
    counted: { sinceNewest: 1, lines: last },
  }
}

/** A piece of a reply. @param isOver whether the last message is the last of the reply */
function accept(cursor: CountingCursor, numbers: readonly number[], isOver = true): Verdict[] {
  return numbers.map((n, index) =>
    cursor.accept(n, stampAt(n), 0, true, isOver && index === numbers.length - 1),
  )
}

/** So many times the same verdict. */
const times = <T>(count: number, verdict: T): T[] => Array.from({ length: count }, () => verdict)

describe('CountingCursor, reply by reply', () => {
  test('while nothing was delivered there is no place to be found', () => {
    const cursor = new CountingCursor()
    expect([cursor.aligned, cursor.open(), cursor.aligned, cursor.end(), cursor.aligned]).toEqual([
      true,
      undefined,
      true,
      'aligned',
      true,
    ])
    expect(accept(cursor, [1, 2, 3])).toEqual(['deliver', 'deliver', 'withhold'])
  })

  test('messages up to the place are skipped, and behind it the cursor is aligned', () => {
    const cursor = new CountingCursor(savedBehind(2))
    cursor.open()
    const steps = range(1, 4).map((n) => [cursor.aligned, ...accept(cursor, [n], n === 4)])
    expect(steps).toEqual([
      [false, 'skip'],
      [false, 'skip'],
      [true, 'deliver'],
      [true, 'withhold'],
    ])
    expect([cursor.end(), cursor.aligned]).toEqual(['aligned', true])
    expect([2, 3, 4].map((key) => cursor.isRemembered(key))).toEqual([true, true, false])
  })

  test('where the place is lost the cursor is aligned at the first newer message', () => {
    const cursor = new CountingCursor(savedBehind(10))
    for (let misses = 0; misses < 2; misses++) {
      cursor.open()
      accept(cursor, [4, 5])
      expect([cursor.aligned, cursor.end()]).toEqual([false, 'reopen'])
    }
    expect(cursor.takeGaps()).toEqual([stampAt(10).toString()])
    expect([cursor.open(), cursor.aligned]).toEqual([undefined, false])
    expect([accept(cursor, [4, 10], false), cursor.aligned]).toEqual([['skip', 'skip'], false])
    expect([accept(cursor, [11, 5], false), cursor.aligned]).toEqual([['deliver', 'deliver'], true])
  })

  test('no more lines are asked for than the log has, where the end can be asked for and the place was counted', () => {
    // The ring, the newest message, and fifty more.
    expect([101, 100].map((last) => new CountingCursor(savedBehind(last)).open())).toEqual([101, undefined])
    expect(new CountingCursor(savedBehind(1000), false).open()).toBeUndefined()
    expect(new CountingCursor({ ...savedBehind(1000), counted: undefined }).open()).toBeUndefined()
  })

  test('a reply that begins with the newest stamp is given up at once, and more is asked for', () => {
    const cursor = new CountingCursor(savedBehind(1000))
    expect([cursor.open(), accept(cursor, [1000, 1001]), cursor.aligned, cursor.end()]).toEqual([
      101,
      ['reopen', 'reopen'],
      false,
      'reopen',
    ])
    expect(cursor.open()).toBe(251)
  })

  test('the end of a log that is over before the place is no loss, and more is asked for', () => {
    const cursor = new CountingCursor(savedBehind(2000))
    expect(
      [101, 251, 851].map((tail) => [cursor.open() === tail, accept(cursor, [7, 8]), cursor.end()]),
    ).toEqual(times(3, [true, ['skip', 'skip'], 'reopen']))
    expect(cursor.takeGaps()).toEqual([])
  })

  test('a log that holds nothing is no loss', () => {
    const cursor = new CountingCursor(savedBehind(2))
    for (let replies = 0; replies < 3; replies++)
      expect([cursor.open(), cursor.end()]).toEqual([undefined, 'aligned'])
    expect(cursor.takeGaps()).toEqual([])
  })

  test('of a reply all lines but the last that were asked for are delivered, that one is withheld, and more is asked for the faster the log grows', () => {
    const cursor = new CountingCursor(savedBehind(1000))
    cursor.open()
    expect(accept(cursor, range(921, 1025), false)).toEqual([
      ...times(80, 'skip'),
      ...times(20, 'deliver'),
      'withhold',
      ...times(4, 'skip'),
    ])
    cursor.grew(15)
    cursor.grew(5)
    expect(cursor.state.counted).toEqual({ sinceNewest: 1, lines: 1020 })
    expect(cursor.open()).toBe(101 + 2 * 20)
    // What was withheld, and nothing else, is there when the next reply begins.
    expect(accept(cursor, [...range(881, 1021), 1022, 1023]).slice(-4)).toEqual([
      'skip',
      'deliver',
      'skip',
      'skip',
    ])
  })

  test('a place that nobody counted is counted from when it was found', () => {
    const cursor = new CountingCursor({ ...savedBehind(60), counted: undefined })
    cursor.open()
    expect(accept(cursor, range(1, 60))).toEqual(times(60, 'skip'))
    expect([cursor.aligned, cursor.state.counted]).toEqual([true, { sinceNewest: 1, lines: 60 }])
  })

  test('from now: fifty lines are enough where the newest stamp is not that of all of them, and what existed is skipped', () => {
    const cursor = new CountingCursor()
    expect(cursor.openToPrime()).toBe(50)
    for (const n of range(1, 50)) cursor.prime(n, stampAt(n), 0, true, n === 50)
    expect([cursor.endPriming(), cursor.open()]).toEqual([true, undefined])
    expect(accept(cursor, range(1, 52))).toEqual([...times(50, 'skip'), 'deliver', 'withhold'])
  })

  test('from now: more are asked for where all have one stamp, all of them where there are fewer', () => {
    for (const { lines, next } of [
      { lines: 51, next: 200 },
      { lines: 50, next: 200 },
      { lines: 49, next: undefined },
    ]) {
      const cursor = new CountingCursor()
      cursor.openToPrime()
      for (const n of range(1, lines)) cursor.prime(n, stampAt(1), 0, true, n === lines)
      expect([cursor.endPriming(), cursor.openToPrime()]).toEqual([false, next])
    }
  })
})
