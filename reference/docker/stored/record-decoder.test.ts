import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { usualStamp } from '../reading/parsing/stamp.ts'
import { RecordDecoder } from './record-decoder.ts'

interface Decoded {
  readonly messages: readonly string[]
  readonly spoilt: number
  /** Bytes of lines that are not whole. */
  readonly rest: number
}

/** @param cuts where the bytes are cut: what is left of one piece comes with the next */
function decoded(bytes: Uint8Array, cuts: readonly number[] = []): Decoded {
  const decoder = new RecordDecoder()
  const messages: string[] = []
  let spoilt = 0
  const handlers = {
    onMessage: (stream: number, buffer: Uint8Array, start: number, end: number): void =>
      void messages.push(`${stream} ${Buffer.from(buffer.subarray(start, end)).toString('latin1')}`),
    onSpoilt: (): void => void (spoilt += 1),
  }
  let at = 0
  for (const cut of [...cuts, bytes.length]) at = decoder.push(bytes, at, Math.max(at, cut), handlers)
  return { messages, spoilt, rest: bytes.length - at }
}

const messagesOf = (text: string): readonly string[] => decoded(Buffer.from(text)).messages
const line = (log: string, rest = '"stream":"stdout","time":"2026-11-26T04:48:56.743541003Z"}'): string =>
  `{"log":${log},${rest}\n`

/** What `JSON.parse` makes of a line; null when it is no record. */
function parsed(text: string): string | null {
  try {
    const { log, stream, time } = JSON.parse(text)
    const stamp = usualStamp(time)
    if (typeof log !== 'string' || stamp === null || !['stdout', 'stderr'].includes(stream)) return null
    return `${stream === 'stdout' ? 1 : 2} ${Buffer.from(`${stamp} ${log}`).toString('latin1')}`
  } catch {
    return null
  }
}

const escaped = (letter: string): string => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`

/** JSON of a text as Go writes it: these escapes, and no others. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(/[<>&\u2028\u2029]/g, escaped)
}

const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', '\\', '\n', '\t', '\0', '<', 'é', '\u2028', '😀', '\ud800'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
})
const anyTime = fc
  .tuple(
    fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
    fc.stringMatching(/^[0-9]{0,10}$/),
  )
  .map(([date, decimals]) => `${date.toISOString().slice(0, 19)}${decimals === '' ? '' : `.${decimals}`}Z`)
const anyRecord = fc
  .record({
    log: anyText,
    stream: fc.constantFrom('stdout', 'stderr', 'stdin'),
    attrs: fc.option(fc.dictionary(anyText, anyText), { nil: undefined, freq: 2 }),
    time: anyTime,
    indent: fc.constantFrom(undefined, undefined, undefined, 1),
  })
  .map(({ log, stream, attrs, time, indent }) => {
    const fields = [
      ['log', log],
      ['stream', stream],
      ...(attrs === undefined ? [] : [['attrs', attrs]]),
      ['time', time],
    ]
    const text = fields.map(
      ([key, value]) =>
        `${JSON.stringify(key)}:${typeof value === 'string' ? quoted(value) : JSON.stringify(value)}`,
    )
    return indent === undefined ? `{${text.join(',')}}` : `{ ${text.join(' , ')} }`
  })
/** A record with a byte in the wrong place, or a piece of one. */
const spoiltRecord = fc
  .tuple(anyRecord, fc.nat(), fc.constantFrom('"', '\\', '{', '}', ',', ' ', 'Z', 'x', ''))
  .map(([text, at, put]) => text.slice(0, at % text.length) + put + text.slice((at % text.length) + 1))
  .filter((text) => text.lastIndexOf('{"log":"') === 0 && !text.includes('\n'))

describe('a record', () => {
  test('is read as JSON.parse reads it, wherever the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 3, arbitrary: anyRecord }, { weight: 1, arbitrary: spoiltRecord }), {
          maxLength: 6,
        }),
        fc.array(fc.nat(2000), { maxLength: 4 }),
        (lines, cuts) => {
          const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''))
          const inside = cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b)
          const expected = lines.flatMap((text) => parsed(text) ?? [])
          expect(decoded(bytes, inside).messages).toEqual(expected)
        },
      ),
      { numRuns: 300, seed: 1 },
    )
  })

  test('has the decimals of its stamp made complete', () => {
    expect(messagesOf(line('"a\\n"', '"stream":"stderr","time":"2026-11-26T04:48:56.7435Z"}'))).toEqual([
      '2 2026-11-26T04:48:56.743500000Z a\n',
    ])
    expect(messagesOf(line('"a"', '"stream":"stdout","time":"2026-11-26T04:48:56Z"}'))).toEqual([
      '1 2026-11-26T04:48:56.000000000Z a',
    ])
  })

  test('that is being written is not read yet', () => {
    const whole = Buffer.from(line('"a\\n"'))
    for (let length = 0; length < whole.length; length++)
      expect(decoded(whole.subarray(0, length))).toEqual({ messages: [], spoilt: 0, rest: length })
    expect(decoded(whole).rest).toBe(0)
  })

  test('has U+FFFD for each byte that is no UTF-8, as in the engine', () => {
    const text = Buffer.concat([
      Buffer.from('{"log":"'),
      Buffer.of(0xe2, 0x82, 0x41, 0xed, 0xa0, 0x80, 0xff),
      Buffer.from(line('""').slice(8)),
    ])
    expect(decoded(text).messages).toEqual([
      `1 2026-11-26T04:48:56.743541003Z ${Buffer.from('\ufffd\ufffdA\ufffd\ufffd\ufffd\ufffd').toString('latin1')}`,
    ])
  })

  test('of the longest chunk, every byte of it escaped, is read whole', () => {
    const [message] = messagesOf(line(`"${'\\u0001'.repeat(16_384)}"`))
    expect(message).toHaveLength(2 + 31 + 16_384)
  })
})

describe('what is no record', () => {
  const good = line('"good\\n"')
  const seen = ['1 2026-11-26T04:48:56.743541003Z good\n']

  test('is left out, said once for each run, and what follows is read', () => {
    const torn = good.slice(0, 20)
    expect(decoded(Buffer.from(`${torn}\n${torn}\n${good}`))).toEqual({ messages: seen, spoilt: 1, rest: 0 })
    expect(decoded(Buffer.from(`${torn}\n${good}${torn}\n`)).spoilt).toBe(2)
  })

  test('may be NULs, with a record behind them on their line', () => {
    expect(decoded(Buffer.from(`\0\0\0\0${good}`))).toEqual({ messages: seen, spoilt: 1, rest: 0 })
    expect(decoded(Buffer.from('\0\0\0\0'))).toEqual({ messages: [], spoilt: 1, rest: 0 })
  })

  test('may be a torn record with a whole one behind it', () => {
    for (let length = 1; length < good.length - 1; length++)
      expect(decoded(Buffer.from(good.slice(0, length) + good))).toEqual({
        messages: seen,
        spoilt: 1,
        rest: 0,
      })
  })

  test('a blank line is nothing', () => {
    expect(decoded(Buffer.from(`\n \n${good}`))).toEqual({ messages: seen, spoilt: 0, rest: 0 })
  })
})
