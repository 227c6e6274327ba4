import { describe, expect, test } from 'vitest'
import { Follower, type Connection } from '../../property-tests/models/follower.ts'
import { PodmanLog } from '../../property-tests/models/podman-log.ts'
import type { StoredMessage } from '../../property-tests/models/stored-log.ts'
import type { LogRequest } from './container-reader.ts'

const message = (second: number, text: string): StoredMessage => ({
  stream: 1,
  stamp: `2026-01-01T00:${String(Math.floor(second / 60)).padStart(2, '0')}:${String(second % 60).padStart(2, '0')}.000000000Z`,
  data: Buffer.from(text),
  lineStart: true,
})
const repeat = (count: number, second: number, text = 'x\n'): StoredMessage[] =>
  Array.from({ length: count }, () => message(second, text))

const AT_REST = { between: 0, meanwhile: 0 }
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

  /** What a poll delivers. */
  poll(): string {
    const before = this.follower.lines.length
    const log = new PodmanLog(this.#messages, { decimals: 0 })
    log.grow(Infinity)
    const serve = (request: LogRequest): readonly StoredMessage[] => {
      this.requests.push(request)
      const messages = log.snapshot(request, AT_REST).slice(0, this.#replyMessagesMax)
      this.#replyMessagesMax = Infinity
      return messages
    }
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
    expect(rig.requests[1]!.tail).toBeLessThan(110)
    expect(rig.requests).toHaveLength(2)
  })

  test('a reply that begins within the newest second does not tell the place: more is asked for', () => {
    const rig = new Rig()
    rig.write(...repeat(300, 1), ...repeat(300, 2))
    rig.poll()
    rig.follower.restart()
    rig.write(...repeat(500, 2))
    expect(rig.poll()).toBe('x\n'.repeat(500))
    expect(rig.requests.length).toBeGreaterThan(2)
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
    expect(rig.requests.map(({ tail }) => tail !== undefined)).toEqual([false, true, true])
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
})
