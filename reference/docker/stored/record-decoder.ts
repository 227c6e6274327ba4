import { z } from 'zod'
import type { MessageHandler } from '../reading/parsing/message-parser.ts'
import { STAMP_BYTES, STAMP_PREFIX, usualStamp } from '../reading/parsing/stamp.ts'
import { characterLength, putCharacter, putReplacement } from './utf8.ts'

export interface RecordHandlers {
  /** Takes each message in the form it has on the wire: the key of a message is the same wherever it was read. */
  readonly onMessage: MessageHandler
  /** A run of bytes is no record: one call for each run, before the record behind it. */
  readonly onSpoilt: () => void
}

/**
 * Reads the records of the engine's `json-file` driver, one a line:
 *
 *     {"log":"text\n","stream":"stdout","time":"2026-11-26T04:48:56.743541003Z"}
 *     {"log":"text\n","stream":"stderr","attrs":{"tag":"x"},"time":"2026-11-26T04:48:56.7435Z"}
 *
 * Works on bytes and knows this one form by heart; any other JSON with these fields is read by `JSON.parse`. Bytes that are no UTF-8 become U+FFFD each, as
 * in the engine's own reader. Where a record was torn, and the next one written behind it on its line, the whole one is found.
 */
export class RecordDecoder {
  /** Stamp, space, data. */
  #message: Uint8Array = new Uint8Array(4096)
  /** The seconds that were found right last, as text: stamps of one second need not be looked at again. */
  readonly #second = new Uint8Array(SECOND_BYTES)
  /** The attributes that were found to be JSON last: those of a container are always the same. */
  #attributes: Uint8Array = NONE
  #inSpoilt = false
  #lineStart = 0

  /**
   * Decodes the whole lines in [start, end).
   * @returns where the first line begins that is not whole yet
   */
  push(bytes: Uint8Array, start: number, end: number, handlers: RecordHandlers): number {
    let at = start
    while (at < end) {
      this.#lineStart = at
      const next = this.#usual(bytes, at, end, handlers.onMessage)
      if (next > 0) at = next
      else {
        const newline = bytes.indexOf(NEWLINE, at)
        if (newline === -1 || newline >= end) return this.#skipNuls(bytes, at, end, handlers)
        this.#unusual(bytes, at, newline, handlers)
        at = newline + 1
      }
    }
    return at
  }

  /** Where the line of the message that is being handed over begins. */
  get lineStart(): number {
    return this.#lineStart
  }

  /** Decodes lines once more that were decoded before. */
  again(bytes: Uint8Array, start: number, end: number, onMessage: MessageHandler): void {
    const inSpoilt = this.#inSpoilt
    const lineStart = this.#lineStart
    this.push(bytes, start, end, { onMessage, onSpoilt: () => {} })
    this.#inSpoilt = inSpoilt
    this.#lineStart = lineStart
  }

  /** What follows is not the rest of what came last. */
  spoilt({ onSpoilt }: RecordHandlers): void {
    if (!this.#inSpoilt) onSpoilt()
    this.#inSpoilt = true
  }

  /** The record at `at` in the form that the engine writes. @returns where the next one begins; 0 when it is not whole, or in another form */
  #usual(bytes: Uint8Array, at: number, end: number, onMessage: MessageHandler): number {
    if (!holds(bytes, at, end, LOG)) return 0
    const quote = this.#text(bytes, at + LOG.length, end)
    if (quote === 0) return 0
    const length = this.#length
    const word = quote + STREAM.length
    if (!holds(bytes, quote, end, STREAM)) return 0
    const isStdout = holds(bytes, word, end, STDOUT_WORD)
    if (!isStdout && !holds(bytes, word, end, STDERR_WORD)) return 0
    let time = word + STDOUT_WORD.length
    if (!holds(bytes, time, end, TIME)) {
      time = this.#attributesEnd(bytes, time, end)
      if (time === 0) return 0
    }
    const next = this.#time(bytes, time + TIME.length, end)
    if (next === 0) return 0
    this.#inSpoilt = false
    onMessage(isStdout ? STDOUT : STDERR, this.#message, 0, length)
    return next
  }

  /** Bytes of the message that {@link #text} made. */
  #length = 0

  /** Puts the text that begins here behind the stamp of the message. @returns where its closing quote is; 0 when there is none */
  #text(bytes: Uint8Array, start: number, end: number): number {
    let message = this.#message
    let to = STAMP_PREFIX
    let at = start
    for (;;) {
      // So far there is room for what is written byte by byte.
      const until = Math.min(end, at + message.length - CHARACTER_BYTES - to)
      while (at < until) {
        const byte = bytes[at]!
        if (IS_ODD[byte] !== 0) break
        message[to++] = byte
        at += 1
      }
      if (at >= end) return 0
      if (at >= until) {
        message = this.#grow()
        continue
      }
      const byte = bytes[at]!
      if (byte === QUOTE) {
        this.#length = to
        return at
      }
      if (byte < SPACE) return 0
      if (byte >= ASCII_END) {
        const length = characterLength(bytes, at, end)
        if (length === 0) to = putReplacement(message, to)
        for (let index = 0; index < length; index++) message[to++] = bytes[at + index]!
        at += Math.max(1, length)
        continue
      }
      const short = at + 1 < end ? SHORT_ESCAPES[bytes[at + 1]!]! : 0
      if (short > 0) {
        message[to++] = short
        at += 2
        continue
      }
      const code = codeAt(bytes, at, end)
      if (code === -1) return 0
      const low = isHighSurrogate(code) ? codeAt(bytes, at + UNICODE_ESCAPE, end) : -1
      const isPair = isLowSurrogate(low)
      to = putCharacter(message, to, isPair ? pairOf(code, low) : code)
      at += isPair ? 2 * UNICODE_ESCAPE : UNICODE_ESCAPE
    }
  }

  #grow(): Uint8Array {
    const larger = new Uint8Array(2 * this.#message.length)
    larger.set(this.#message)
    return (this.#message = larger)
  }

  /** Puts the stamp that begins here in front of the message, its decimals complete. @returns where the next record begins; 0 when this is no end of one */
  #time(bytes: Uint8Array, at: number, end: number): number {
    if (at + SECOND_BYTES + 1 >= end) return 0
    const message = this.#message
    if (!this.#isSecond(bytes, at)) return 0
    for (let index = 0; index < SECOND_BYTES; index++) message[index] = bytes[at + index]!
    message[SECOND_BYTES] = DOT
    let from = at + SECOND_BYTES
    let to = SECOND_BYTES + 1
    if (bytes[from] === DOT) {
      from += 1
      while (to < STAMP_BYTES - 1 && from < end && isDigit(bytes[from]!)) message[to++] = bytes[from++]!
      if (to === SECOND_BYTES + 1) return 0
    }
    while (to < STAMP_BYTES - 1) message[to++] = ZERO
    message[STAMP_BYTES - 1] = Z
    message[STAMP_BYTES] = SPACE
    return holds(bytes, from, end, RECORD_END) ? from + RECORD_END.length : 0
  }

  #isSecond(bytes: Uint8Array, at: number): boolean {
    const second = this.#second
    let same = 0
    while (same < SECOND_BYTES && second[same] === bytes[at + same]) same += 1
    if (same === SECOND_BYTES) return true
    const text = Buffer.from(bytes.subarray(at, at + SECOND_BYTES)).toString('latin1')
    if (usualStamp(`${text}Z`) !== `${text}.000000000Z`) return false
    second.set(bytes.subarray(at, at + SECOND_BYTES))
    return true
  }

  /** Where the attributes end that begin here; 0 when these are none. */
  #attributesEnd(bytes: Uint8Array, at: number, end: number): number {
    const known = this.#attributes
    if (known.length > 0 && holds(bytes, at, end, known) && holds(bytes, at + known.length, end, TIME))
      return at + known.length
    const newline = bytes.indexOf(NEWLINE, at)
    if (newline === -1 || newline >= end || !holds(bytes, at, newline, ATTRIBUTES)) return 0
    const line = Buffer.from(bytes.buffer, bytes.byteOffset + at, newline - at)
    const time = line.lastIndexOf(TIME)
    if (time === -1 || !isObject(line.toString('utf8', ATTRIBUTES.length - 1, time))) return 0
    this.#attributes = bytes.slice(at, at + time)
    return at + time
  }

  /** A line that is not as the engine writes it. */
  #unusual(bytes: Uint8Array, start: number, newline: number, handlers: RecordHandlers): void {
    const line = Buffer.from(bytes.buffer, bytes.byteOffset + start, newline - start)
    if (this.#parsed(line, handlers.onMessage)) return
    const isBlank = line.toString('latin1').trim() === ''
    if (!isBlank) this.spoilt(handlers)
    // Text of a log has no quote without a backslash before it: this is the beginning of a record.
    const whole = line.lastIndexOf(LOG)
    if (whole <= 0) return
    const at = start + whole
    if (this.#usual(bytes, at, newline + 1, handlers.onMessage) > 0) return
    if (!this.#parsed(line.subarray(whole), handlers.onMessage)) this.spoilt(handlers)
  }

  #parsed(line: Buffer, onMessage: MessageHandler): boolean {
    const record = recordOf(line.toString('utf8'))
    const stamp = record === null ? null : usualStamp(record.time)
    if (record === null || stamp === null) return false
    this.#inSpoilt = false
    const message = Buffer.from(`${stamp} ${record.log}`)
    onMessage(record.stream === 'stdout' ? STDOUT : STDERR, message, 0, message.length)
    return true
  }

  /** A file that was emptied from outside may begin with any number of them, before the first newline. */
  #skipNuls(bytes: Uint8Array, start: number, end: number, handlers: RecordHandlers): number {
    let at = start
    while (at < end && bytes[at] === 0) at += 1
    if (at > start) this.spoilt(handlers)
    return at
  }
}

/** Whether `expected` stands at `at`, all of it before `end`. */
function holds(bytes: Uint8Array, at: number, end: number, expected: Uint8Array): boolean {
  const { length } = expected
  if (at + length > end) return false
  for (let index = 0; index < length; index++) if (bytes[at + index] !== expected[index]) return false
  return true
}

/** The code of the escape `\uXXXX` that begins here; -1 when there is none. */
function codeAt(bytes: Uint8Array, at: number, end: number): number {
  if (at + UNICODE_ESCAPE > end || bytes[at] !== BACKSLASH || bytes[at + 1] !== LETTER_U) return -1
  let code = 0
  for (let index = 2; index < UNICODE_ESCAPE; index++) {
    const digit = HEX_DIGITS[bytes[at + index]!]!
    if (digit === NO_DIGIT) return -1
    code = 16 * code + digit
  }
  return code
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code < 0xe000
}

function pairOf(high: number, low: number): number {
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE
}

function recordOf(text: string): z.infer<typeof RECORD> | null {
  try {
    return RECORD.parse(JSON.parse(text))
  } catch {
    return null
  }
}

function isObject(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const RECORD = z.object({ log: z.string(), stream: z.enum(['stdout', 'stderr']), time: z.string() })
const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))
const LOG = ascii('{"log":"')
const STREAM = ascii('","stream":"')
const STDOUT_WORD = ascii('stdout"')
const STDERR_WORD = ascii('stderr"')
const ATTRIBUTES = ascii(',"attrs":{')
const TIME = ascii(',"time":"')
const RECORD_END = ascii('Z"}\n')
const NONE = new Uint8Array(0)
/** What stands for a letter behind a backslash; 0 for none. */
const SHORT_ESCAPES = new Uint8Array(256)
for (const [letter, meaning] of Object.entries({
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}))
  SHORT_ESCAPES[letter.charCodeAt(0)] = meaning.charCodeAt(0)
/** Bytes of a text that do not stand for themselves, or are not ASCII: not 0. */
const IS_ODD = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(byte < 0x20 || byte >= 0x80 || byte === 0x22 || byte === 0x5c),
)
const NO_DIGIT = 0xff
const HEX_DIGITS = new Uint8Array(256).fill(NO_DIGIT)
for (const [digit, letter] of Array.from('0123456789abcdef').entries()) {
  HEX_DIGITS[letter.charCodeAt(0)] = digit
  HEX_DIGITS[letter.toUpperCase().charCodeAt(0)] = digit
}
/** `2026-11-26T04:48:56` */
const SECOND_BYTES = 19
const UNICODE_ESCAPE = 6
const CHARACTER_BYTES = 4
const ASCII_END = 0x80
const STDOUT = 1
const STDERR = 2
const NEWLINE = 0x0a
const SPACE = 0x20
const QUOTE = 0x22
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const Z = 0x5a
const BACKSLASH = 0x5c
const LETTER_U = 0x75
