import { describe, expect, test } from 'vitest'
import { SeededRandom } from '../../world/seeded-random.ts'
import { ContainerLog, type LogRotationOptions } from '../log/container-log.ts'
import { HEADER_BYTES, STDOUT } from '../log/log-file.ts'
import { LogReply } from './log-reply.ts'
import { DOCKER_26, type EnginePersonality } from '../personality.ts'
import { EVERYTHING, SelectedLog } from './selected-log.ts'
import { framesOf } from '../test-support.ts'

const STAMP = Buffer.from('2026-01-01T00:00:00.000000000Z')

function logOf(messages: number, rotation?: LogRotationOptions): ContainerLog {
  const log = new ContainerLog(rotation)
  append(log, 0, messages)
  return log
}

/** Stores messages named by their number. */
function append(log: ContainerLog, from: number, to: number): void {
  for (let number = from; number < to; number++) log.append(STDOUT, STAMP, Buffer.from(`${number}\n`))
}

function open(
  log: ContainerLog,
  options: { follow?: boolean; tail?: number; personality?: Partial<EnginePersonality> } = {},
  seed = 1,
): LogReply {
  return new LogReply(
    log,
    { follow: options.follow ?? false, tail: options.tail ?? Infinity },
    { ...DOCKER_26, ...options.personality },
    new SeededRandom(seed),
  )
}

/** Everything the reply sends now. */
function sent(reply: LogReply, chunkBytes = 1000): number[] {
  return framesOf(taken(reply, chunkBytes)).map(({ data }) => Number(data))
}

/** The bytes of that. */
function taken(reply: LogReply, chunkBytes = 1000): Uint8Array {
  const pieces: Uint8Array[] = []
  while (reply.state === 'ready') pieces.push(reply.take(chunkBytes).slice())
  return Buffer.concat(pieces)
}

/** Without stamps, so that replies are put together message by message. */
const BARE = { ...EVERYTHING, timestamps: false }

/** What frames without stamps carry. */
function payloads(wire: Uint8Array): string {
  const buffer = Buffer.from(wire)
  let text = ''
  for (let at = 0; at < buffer.length;) {
    const end = at + HEADER_BYTES + buffer.readUInt32BE(at + 4)
    text += buffer.toString('latin1', at + HEADER_BYTES, end)
    at = end
  }
  return text
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index)

describe('what falls due while a reply is looked at', () => {
  test('does not interrupt whoever looks, and comes behind what was stored before', () => {
    const log = logOf(3)
    const reply = new SelectedLog(open(log, { follow: true }), true, BARE, DOCKER_26)
    let looks = 0
    log.setWriter({
      dueMs: 0,
      // Found due by the second look at the log, when the first message has been taken out of it.
      get isDue(): boolean {
        return ++looks === 2
      },
      writeDue: () => append(log, 3, 4),
      bePunctual: () => {},
    })
    const pieces: string[] = []
    const pump = (): void => {
      while (reply.state === 'ready') pieces.push(payloads(reply.take(1000)))
    }
    reply.onChange = pump
    pump()
    expect(pieces.join('')).toBe('0\n1\n2\n3\n')
  })
})

describe('where a reply begins', () => {
  test('without tail the engine scans and sends the whole log', () => {
    const reply = open(logOf(100))
    expect(reply.linesScanned).toBe(100)
    expect(sent(reply, 7)).toEqual(range(0, 100))
    expect(reply.state).toBe('ended')
  })

  test('with tail it scans and sends only the last messages', () => {
    const reply = open(logOf(100), { tail: 3 })
    expect(reply.linesScanned).toBe(3)
    expect(sent(reply)).toEqual([97, 98, 99])
  })

  test('tail reaches back over rotated files, as far as they are kept', () => {
    const rotation = { maxSizeBytes: 770, maxFiles: 3 }
    const log = logOf(100, rotation)
    expect(log.retained).toBe(30)
    expect(sent(open(log, { tail: 15 }))).toEqual(range(85, 100))
    const all = open(log, { tail: 1000 })
    expect(all.linesScanned).toBe(30)
    expect(sent(all)).toEqual(range(70, 100))
  })

  test('a snapshot ends at what was stored when it was opened', () => {
    const log = logOf(3)
    const reply = open(log)
    append(log, 3, 6)
    expect(sent(reply)).toEqual([0, 1, 2])
    expect(reply.state).toBe('ended')
  })
})

describe('following', () => {
  test('what is stored later is sent, and the reply says that there is something', () => {
    const log = logOf(2)
    const reply = open(log, { follow: true })
    let changes = 0
    reply.onChange = () => (changes += 1)
    expect(sent(reply)).toEqual([0, 1])
    expect(reply.state).toBe('waiting')
    append(log, 2, 4)
    expect(changes).toBe(2)
    expect(sent(reply)).toEqual([2, 3])
  })

  test('it ends once everything stored before the close was sent, and not with what comes later', () => {
    const log = logOf(2)
    const reply = open(log, { follow: true })
    log.close()
    append(log, 2, 4)
    expect(sent(reply)).toEqual([0, 1])
    expect(reply.state).toBe('ended')
  })

  test('a follower within one rotation reads on without a gap', () => {
    const log = logOf(8, { maxSizeBytes: 770, maxFiles: 2 })
    const reply = open(log, { follow: true })
    append(log, 8, 15)
    expect(sent(reply)).toEqual(range(0, 15))
  })

  test('a follower more than one rotation behind skips silently', () => {
    const log = logOf(8, { maxSizeBytes: 770, maxFiles: 2 })
    const reply = open(log, { follow: true })
    expect(sent(reply)).toEqual(range(0, 8))
    append(log, 8, 12)
    expect(sent(reply)).toEqual(range(8, 12))
    append(log, 12, 35)
    expect(sent(reply)).toEqual([...range(12, 20), ...range(30, 35)])
  })

  test('engine 20.10 may begin a new file twice, after 1 to 240 messages of it, and never sends a file again that was rotated', () => {
    const repeated = Array.from({ length: 60 }, (_, seed) => {
      const log = logOf(8, { maxSizeBytes: 77 * 400, maxFiles: 2 })
      const reply = open(log, { follow: true, personality: { replaysAfterRotationChance: 1 } }, seed)
      const numbers: number[] = []
      for (let number = 8; number < 700; number++) {
        append(log, number, number + 1)
        numbers.push(...sent(reply))
      }
      const first = numbers.findIndex((number, index) => index > 0 && number <= numbers[index - 1]!)
      const start = numbers[first]!
      const again = numbers[first - 1]! - start + 1
      expect(numbers).toEqual([...range(0, start + again), ...range(start, 700)])
      return again
    })
    expect(Math.min(...repeated)).toBe(1)
    expect(Math.max(...repeated)).toBeGreaterThan(100)
    expect(Math.max(...repeated)).toBeLessThanOrEqual(240)
  })

  test('engine 20.10 may send one message of a line that is open twice', () => {
    const personality = { replaysAfterRotationChance: 1 }
    const seen = Array.from({ length: 40 }, (_, seed) => {
      const log = new ContainerLog({ maxSizeBytes: 300, maxFiles: 2 })
      const reply = open(log, { follow: true, personality }, seed)
      const pieces: string[] = []
      for (const text of ['1\n', '2\n', '3\n', '4\n', 'a', 'b', 'c\n', '5\n']) {
        log.append(STDOUT, STAMP, Buffer.from(text))
        pieces.push(...framesOf(taken(reply)).map(({ data }) => data))
      }
      return pieces.join('')
    })
    const START = '1\n2\n3\n4\n'
    expect(new Set(seen)).toEqual(new Set([START + 'aabc\n5\n', START + 'abc\nabc\n5\n', START + 'abc\n5\n']))
  })

  test('engine 20.10 misses a rotation while a follow catches up from an older file, and skips up to the next one', () => {
    for (const [missesRotationWhileBehind, skipped] of [
      [true, range(20, 30)],
      [false, []],
    ] as const) {
      const log = logOf(15, { maxSizeBytes: 770, maxFiles: 9 })
      const reply = open(log, { follow: true, tail: 9, personality: { missesRotationWhileBehind } })
      append(log, 15, 25)
      const numbers = sent(reply)
      append(log, 25, 35)
      numbers.push(...sent(reply))
      expect(numbers).toEqual(range(6, 35).filter((number) => !skipped.some((each) => each === number)))
    }
  })

  test('a follow that waits for a rotation it missed ends with its container', () => {
    const log = logOf(15, { maxSizeBytes: 770, maxFiles: 9 })
    const reply = open(log, { follow: true, tail: 9, personality: { missesRotationWhileBehind: true } })
    append(log, 15, 25)
    expect(sent(reply)).toEqual(range(6, 20))
    expect(reply.state).toBe('waiting')
    log.close()
    expect(reply.state).toBe('ended')
  })

  test('engine 20.10 may leave out the last messages at an exit', () => {
    const log = logOf(5)
    const reply = open(log, { follow: true, personality: { omitsLastMessagesChance: 1 } })
    log.close()
    const numbers = sent(reply)
    expect(numbers.length).toBeGreaterThanOrEqual(3)
    expect(numbers.length).toBeLessThan(5)
    expect(reply.state).toBe('ended')
  })

  test('what was sent cannot be left out', () => {
    const log = logOf(5)
    const reply = open(log, { follow: true, personality: { omitsLastMessagesChance: 1 } })
    expect(sent(reply)).toEqual(range(0, 5))
    log.close()
    expect(reply.state).toBe('ended')
  })
})

/** 2,000 messages, of which the one after the first 200 cannot be read. */
function spoiltLog(): ContainerLog {
  const log = logOf(2000)
  expect(log.spoil(1800)).toBe(201)
  return log
}

describe('a stored record that is spoilt', () => {
  test('ends the reply of engine 26 with an error, and what the engine had read ahead is lost with it', () => {
    for (const follow of [true, false]) {
      const reply = open(spoiltLog(), { follow })
      const bytes = taken(reply)
      const frames = framesOf(bytes)
      expect(frames.pop()!.stream).toBe(3)
      expect(Buffer.from(bytes).toString()).toMatch(
        /Error grabbing logs: invalid character '\\x00' looking .*\n$/,
      )
      expect(frames.map(({ data }) => Number(data))).toEqual(range(0, frames.length))
      expect(frames.length).toBeLessThanOrEqual(50)
      expect(reply.state).toBe('ended')
    }
  })

  test('is passed by engine 20.10, with up to 950 messages behind it', () => {
    const numbers = sent(open(spoiltLog(), { follow: true, personality: { spoiltRecord: 'skips-some' } }))
    const next = numbers[200]!
    expect(next).toBeGreaterThan(201)
    expect(next).toBeLessThanOrEqual(201 + 950)
    expect(numbers).toEqual([...range(0, 200), ...range(next, 2000)])
  })

  test('lets engine 28 skip what the file has, and go on with what comes', () => {
    const log = spoiltLog()
    const reply = open(log, { follow: true, personality: { spoiltRecord: 'skips-rest' } })
    expect(sent(reply)).toEqual(range(0, 200))
    append(log, 2000, 2003)
    expect(sent(reply)).toEqual(range(2000, 2003))
  })

  test('is left out by Podman, alone', () => {
    const numbers = sent(open(spoiltLog(), { personality: { spoiltRecord: 'skips-one' } }))
    expect(numbers).toEqual([...range(0, 200), ...range(201, 2000)])
  })

  test('is no hindrance to who asks for what lies behind it', () => {
    for (const spoiltRecord of ['ends', 'skips-some', 'skips-rest'] as const) {
      const reply = open(spoiltLog(), { tail: 1799, personality: { spoiltRecord } })
      expect(sent(reply)).toEqual(range(201, 2000))
    }
  })

  test('is not among what can be read of a log', () => {
    const log = logOf(15, { maxSizeBytes: 770, maxFiles: 2 })
    log.spoil(3)
    expect(log.readable()).toEqual([...range(1, 13), 14, 15])
    append(log, 15, 25)
    expect(log.readable()).toEqual([11, 12, ...range(14, 26)])
    expect(log.spoil(16)).toBe(null)
  })
})

describe('a log that is emptied from outside', () => {
  const ofOld = { remembersLogLength: false }

  test('is followed on by engine 20.10', () => {
    const log = logOf(5)
    const reply = open(log, { follow: true, personality: ofOld })
    expect(sent(reply)).toEqual(range(0, 5))
    log.empty()
    append(log, 5, 8)
    expect(sent(reply)).toEqual(range(5, 8))
    expect(sent(open(log, { tail: 2, personality: ofOld }))).toEqual([6, 7])
    expect(log.readable()).toEqual([6, 7, 8])
  })

  test('is searched in vain for its end by later engines: a tail is never answered, until the process is another one', () => {
    const log = logOf(5)
    log.empty()
    append(log, 5, 8)
    for (const follow of [true, false]) expect(open(log, { follow, tail: 1 }).state).toBe('waiting')
    expect(sent(open(log))).toEqual([5, 6, 7])
    log.close()
    append(log, 8, 9)
    expect(sent(open(log, { tail: 2 }))).toEqual([7, 8])
  })

  test('silences a follow of later engines, which ends with an error where 26 gets to read the middle of a record', () => {
    for (const [spoiltRecord, state] of [
      ['ends', 'ready'],
      ['skips-rest', 'waiting'],
    ] as const) {
      const log = logOf(5)
      const reply = open(log, { follow: true, personality: { spoiltRecord } })
      expect(sent(reply)).toEqual(range(0, 5))
      log.empty()
      append(log, 5, 8)
      expect(reply.state).toBe('waiting')
      append(log, 8, 20)
      expect(reply.state).toBe(state)
    }
  })

  test('silences also a follow that later engines open afterwards, once it has sent what is stored, up to the next rotation', () => {
    const log = logOf(5, { maxSizeBytes: 1500, maxFiles: 3 })
    log.empty()
    append(log, 5, 8)
    const reply = open(log, { follow: true, personality: { spoiltRecord: 'skips-rest' } })
    const ofOldEngine = open(log, { follow: true, personality: ofOld })
    expect(sent(reply)).toEqual(range(5, 8))
    append(log, 8, 11)
    expect(sent(reply)).toEqual([])
    expect(sent(ofOldEngine)).toEqual(range(5, 11))
    append(log, 11, 30)
    expect(sent(reply)[0]).toBeGreaterThan(11)
  })

  test('keeps its rotated files', () => {
    const log = logOf(15, { maxSizeBytes: 770, maxFiles: 2 })
    log.empty()
    append(log, 15, 17)
    expect(sent(open(log))).toEqual([...range(0, 10), 15, 16])
    expect(log.readable()).toEqual([...range(1, 11), 16, 17])
  })

  test('and again, is read from its older files on into what it is now', () => {
    const log = logOf(15, { maxSizeBytes: 770, maxFiles: 2 })
    const reply = open(log, { follow: true, personality: ofOld })
    log.empty()
    log.empty()
    append(log, 15, 17)
    expect(sent(open(log))).toEqual([...range(0, 10), 15, 16])
    expect(sent(reply)).toEqual([...range(0, 10), 15, 16])
  })
})
