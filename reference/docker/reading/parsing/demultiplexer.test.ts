import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EngineError } from '../../../ports/docker-engine.ts'
import { Demultiplexer } from './demultiplexer.ts'
import { lastKey } from './last-key.ts'
import { messageKey } from './message-key.ts'
import { TtyDemultiplexer } from './tty-demultiplexer.ts'

const STAMP = '2026-01-01T00:00:00.000000001Z'

function frame(stream: number, message: Uint8Array | string): Buffer {
  const bytes = Buffer.from(message)
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0])
  header.writeUInt32BE(bytes.length, 4)
  return Buffer.concat([header, bytes])
}

/** What a reply is cut into, given in chunks that end at these places. */
function messagesOf(reply: Uint8Array, cuts: readonly number[] = []): string[] {
  const demultiplexer = new Demultiplexer()
  const messages: string[] = []
  const ends = [...cuts.map((cut) => Math.min(cut, reply.length)), reply.length].toSorted((a, b) => a - b)
  let from = 0
  for (const to of ends) {
    demultiplexer.push(reply.slice(from, to), (stream, buffer, start, end) => {
      messages.push(`${stream} ${Buffer.from(buffer.subarray(start, end)).toString('latin1')}`)
    })
    from = to
  }
  demultiplexer.end()
  return messages
}

describe('a multiplexed reply', () => {
  test('is the same messages, each whole and once, wherever its chunks end', () => {
    const message = fc.record({
      stream: fc.integer({ min: 0, max: 2 }),
      data: fc.uint8Array({ maxLength: 40 }),
      zone: fc.constantFrom('.000000001Z' as const, 'Z' as const, '.5Z' as const),
    })
    const cuts = fc.array(fc.nat(800), { maxLength: 30, size: 'max' })
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), cuts, (list, ends) => {
        const frames = list.map(({ stream, data, zone }) =>
          frame(stream, Buffer.concat([Buffer.from(`2026-01-01T00:00:00${zone} `), data])),
        )
        const decimals = { '.000000001Z': '.000000001Z', Z: '.000000000Z', '.5Z': '.500000000Z' }
        expect(messagesOf(Buffer.concat(frames), ends)).toEqual(
          list.map(
            ({ stream, data, zone }) =>
              `${stream} 2026-01-01T00:00:00${decimals[zone]} ${Buffer.from(data).toString('latin1')}`,
          ),
        )
      }),
      { numRuns: 100 },
    )
  })

  test('has messages of any size up to four megabytes', () => {
    for (const size of [255, 256, 65_600, 0x02_0304, 4 * 1024 * 1024 - 31]) {
      const data = 'x'.repeat(size)
      const reply = Buffer.concat([frame(1, `${STAMP} ${data}`), frame(2, `${STAMP} next`)])
      for (const cuts of [[], [3, 100, 70_000]])
        expect(messagesOf(reply, cuts).map(({ length }) => length)).toEqual([size + 33, 37])
    }
  })

  test('is read without a copy of the frames that lie whole in a chunk', () => {
    const reply = Buffer.concat([frame(1, `${STAMP} one`), frame(2, `${STAMP} two`)])
    const buffers: Uint8Array[] = []
    new Demultiplexer().push(reply, (_stream, buffer) => buffers.push(buffer))
    expect(buffers.map((buffer) => buffer === reply)).toEqual([true, true])
  })

  test('that ends within a frame is an error, and the next reply is read as if it had not been', () => {
    const demultiplexer = new Demultiplexer()
    demultiplexer.push(frame(1, `${STAMP} x`).subarray(0, 20), ignore)
    expect(() => demultiplexer.end()).toThrow(
      expect.objectContaining({
        message: 'Cannot read the log: the reply ended within a frame',
        code: 'protocol',
      }),
    )
    expect(() => demultiplexer.end()).not.toThrow()
    demultiplexer.push(Buffer.from([1, 0]), ignore)
    demultiplexer.reset()
    let messages = 0
    demultiplexer.push(frame(1, `${STAMP} x`), () => (messages += 1))
    demultiplexer.end()
    expect(messages).toBe(1)
  })

  test.each([
    ['a stream that does not exist', '0400000000000020'],
    ['a filled byte behind the stream', '0101000000000020'],
    ['a filled second byte', '0100010000000020'],
    ['a filled third byte', '0100000100000020'],
    ['more than four megabytes', '0100000000400001'],
    ['a length with its first bit set', '01000000ff000001'],
  ])('with %s is none', (_what, header) => {
    for (const cuts of [[], [5]]) {
      const reading = (): string[] => messagesOf(Buffer.from(`${header}3230`, 'hex'), cuts)
      expect(reading).toThrow(EngineError)
      expect(reading).toThrow(
        expect.objectContaining({
          message: `Cannot read the log: ${header} is no frame header`,
          code: 'protocol',
        }),
      )
    }
  })

  test('may be the words of the engine for why it gives none', () => {
    expect(() => messagesOf(frame(3, ' cannot open it \n'))).toThrow(
      expect.objectContaining({ message: 'The engine reported: cannot open it', code: 'protocol' }),
    )
  })
})

test('the key of the last message of a reply is that of the message; a reply without one has none', () => {
  const messages = [`${STAMP} one\n`, `${STAMP} two\n`].map((text) => Buffer.from(text))
  const reply = Buffer.concat(messages.map((message) => frame(1, message)))
  const key = messageKey(1, messages[1]!, 0, messages[1]!.length)
  expect(lastKey(new Demultiplexer(), [reply.subarray(0, 50), reply.subarray(50)])).toBe(key)
  expect(lastKey(new Demultiplexer(), [])).toBeUndefined()
})

test('the last message of a reply without frames is also one that no newline ends', () => {
  const reply = Buffer.from(`${STAMP} one\n${STAMP} prompt> `)
  const last = Buffer.from(`${STAMP} prompt> `)
  const parser = new TtyDemultiplexer(16 * 1024, () => [])
  expect(lastKey(parser, [reply])).toBe(messageKey(1, last, 0, last.length))
})

test('keys are those that positions on disk hold: they never change, and every part of a message counts', () => {
  const message = Buffer.from(`${STAMP} hello\n`)
  expect([key(1, message), key(2, message), key(1, message.subarray(1))]).toEqual(GOLDEN)
  expect(messageKey(1, Buffer.concat([message, message]), message.length, 2 * message.length)).toBe(GOLDEN[0])
  expect(Number.isSafeInteger(key(1, message))).toBe(true)
})

const GOLDEN: readonly number[] = [2_626_262_206_611_974, 2_645_120_258_769_414, 5_746_726_309_930_977]

const key = (stream: number, bytes: Uint8Array): number => messageKey(stream, bytes, 0, bytes.length)
const ignore = (): void => {}
