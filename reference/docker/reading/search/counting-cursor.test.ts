import { describe, expect, test } from 'vitest'
import { Follower, type Connection } from '../../../../property-tests/models/follower.ts'
import { PodmanLog } from '../../../../property-tests/models/podman-log.ts'
import type { StoredMessage } from '../../../../property-tests/models/stored-log.ts'
import type { LogRequest } from '../container-reader.ts'

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
