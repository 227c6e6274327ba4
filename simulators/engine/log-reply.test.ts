import { describe, expect, test } from 'vitest'
import { SeededRandom } from '../seeded-random.ts'
import { ContainerLog, type LogRotationOptions } from './container-log.ts'
import { HEADER_BYTES, STDOUT } from './log-file.ts'
import { LogReply } from './log-reply.ts'
import { DOCKER_26, type EnginePersonality } from './personality.ts'
import { EVERYTHING, SelectedLog } from './selected-log.ts'
import { framesOf } from './test-support.ts'

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
): LogReply {
  return new LogReply(
    log,
    { follow: options.follow ?? false, tail: options.tail ?? Infinity },
    { ...DOCKER_26, ...options.personality },
    new SeededRandom(1),
  )
}

/** Everything the reply sends now. */
function sent(reply: LogReply, chunkBytes = 1000): number[] {
  const pieces: Uint8Array[] = []
  while (reply.state === 'ready') pieces.push(reply.take(chunkBytes).slice())
  return framesOf(Buffer.concat(pieces)).map(({ data }) => Number(data))
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

  test('engine 20.10 may send a rotated file again, once', () => {
    const log = logOf(8, { maxSizeBytes: 770, maxFiles: 2 })
    const reply = open(log, { follow: true, personality: { replaysRotatedFileChance: 1 } })
    append(log, 8, 12)
    expect(sent(reply)).toEqual([...range(0, 10), ...range(0, 12)])
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
