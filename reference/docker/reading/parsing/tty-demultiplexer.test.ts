import { expect, test } from 'vitest'
import { TtyDemultiplexer, type Unterminated } from './tty-demultiplexer.ts'

const STAMP = '2026-01-01T00:00:00.000000001Z'
const CHUNK = 16

/** Data of the messages that a stream is cut into, whatever the pieces it comes in. */
function cut(wire: string, unterminated: readonly Unterminated[] = [], chunkBytes = CHUNK): string[] {
  const [whole, bytewise] = [Infinity, 1].map((bytes) => cutInPieces(wire, bytes, unterminated, chunkBytes))
  expect(bytewise).toEqual(whole)
  return whole!
}

function cutInPieces(
  wire: string,
  pieceBytes: number,
  unterminated: readonly Unterminated[],
  chunkBytes: number,
): string[] {
  const bytes = Buffer.from(wire)
  const messages: string[] = []
  const demultiplexer = new TtyDemultiplexer(chunkBytes, () => unterminated)
  const take = (_: number, buffer: Uint8Array, start: number, end: number): void =>
    void messages.push(Buffer.from(buffer.subarray(start + STAMP.length + 1, end)).toString())
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    // A piece in memory of its own, with nothing before or behind it.
    demultiplexer.push(new Uint8Array(bytes.subarray(at, Math.min(at + pieceBytes, bytes.length))), take)
  }
  demultiplexer.end(take)
  return messages
}

test('a longer line is cut where a whole chunk is followed by the same stamp', () => {
  const line = 'x'.repeat(CHUNK)
  expect(cut(`${STAMP} ${line}${STAMP} rest\n${STAMP} next\n`)).toEqual([line, 'rest\n', 'next\n'])
})

test('so it is where chunks are longer than a stamp, and where no newline ends the reply', () => {
  for (const bytes of [16, 31, 64]) {
    const line = 'x'.repeat(bytes)
    expect(cut(`${STAMP} ${line}${STAMP} rest\n`, [], bytes)).toEqual([line, 'rest\n'])
    expect(cut(`${STAMP} ${line}${STAMP} rest`, [], bytes)).toEqual([line, 'rest'])
  }
})

test('a chunk whose last character was cut is longer, by two bytes for each that became U+FFFD', () => {
  const first = `${'x'.repeat(CHUNK - 2)}\uFFFD\uFFFD`
  expect(cut(`${STAMP} ${first}${STAMP} \uFFFD is cut\n`)).toEqual([first, '\uFFFD is cut\n'])
})

test('a chunk of nothing but broken characters is three times as long', () => {
  const first = '\uFFFD'.repeat(CHUNK)
  expect(cut(`${STAMP} ${first}${STAMP} ${first}${STAMP} end\n`)).toEqual([first, first, 'end\n'])
})

test('characters that the process wrote as U+FFFD take three bytes of a chunk', () => {
  const first = `x${'\uFFFD'.repeat(5)}`
  expect(cut(`${STAMP} ${first}${STAMP} end\n`)).toEqual([first, 'end\n'])
})

test('text like the stamp in the middle of a line is content', () => {
  const line = `short ${STAMP} and ${STAMP} more\n`
  expect(cut(`${STAMP} ${line}${STAMP} next\n`)).toEqual([line, 'next\n'])
})

test('stamps in whole seconds are stamps', () => {
  const second = '2026-01-01T00:00:00Z'
  const line = 'x'.repeat(CHUNK)
  expect(cut(`${second} ${line}${second} rest\n`)).toEqual([line, 'rest\n'])
})

test('stamps of another time zone are stamps, also while only a part of one has come', () => {
  const zoned = '2026-01-01T02:00:20.000000002+02:00'
  const line = 'x'.repeat(CHUNK)
  expect(cut(`${zoned} ${line}${zoned} rest\n${zoned} next\n`)).toEqual([line, 'rest\n', 'next\n'])
})

test('a message is handed on as soon as its newline is there', () => {
  // It is no longer than a stamp of the usual form and a space.
  const demultiplexer = new TtyDemultiplexer(CHUNK, () => [])
  const given: string[] = []
  demultiplexer.push(Buffer.from('2026-01-01T00:00:00Z 123456789\n'), (_, buffer, start, end) => {
    given.push(Buffer.from(buffer.subarray(start, end)).toString())
  })
  expect(given).toEqual(['2026-01-01T00:00:00.000000000Z 123456789\n'])
})

test('a reply begins anew: nothing is left of the one before it, whether it ended or broke off', () => {
  for (const leave of ['end', 'reset'] as const) {
    const given: string[] = []
    const demultiplexer = new TtyDemultiplexer(CHUNK, () => [])
    const take = (_: number, buffer: Uint8Array, start: number, end: number): void =>
      void given.push(Buffer.from(buffer.subarray(start + STAMP.length + 1, end)).toString())
    demultiplexer.push(Buffer.from(`${STAMP} one`), take)
    demultiplexer[leave](take)
    demultiplexer.push(Buffer.from(`${STAMP} two\n`), take)
    demultiplexer.end(take)
    expect(given).toEqual(leave === 'end' ? ['one', 'two\n'] : ['two\n'])
  }
})

test('bytes without a newline are a log up to four megabytes, and more are none', () => {
  const bytes = Buffer.alloc(4 * 1024 * 1024, 'x')
  bytes.write(`${STAMP} `)
  const demultiplexer = new TtyDemultiplexer(bytes.length, () => [])
  demultiplexer.push(bytes, () => {})
  expect(() => demultiplexer.push(Buffer.from('x'), () => {})).toThrow(
    expect.objectContaining({
      message: 'Cannot read the log: no line ends within 4194304 bytes',
      code: 'protocol',
    }),
  )
})

test('what runs of the container wrote behind an unterminated line is known by its later stamp', () => {
  const [later, last] = [2, 3].map((n) => STAMP.replace('1Z', `${n}Z`))
  const wire = `${STAMP} prompt> ${later} begin\r\n${later} prompt> ${last} begin\r\n`
  expect(cut(wire)).toEqual(['prompt> ', 'begin\r\n', 'prompt> ', 'begin\r\n'])
  expect(cut(`${STAMP} prompt> ${later} prompt> ${last} prompt> `)).toEqual([
    'prompt> ',
    'prompt> ',
    'prompt> ',
  ])
})

test('a stamp of a leap second is one, and any later stamp is known in its line', () => {
  const leap = '2016-12-31T23:59:60.000000001Z'
  expect(cut(`${leap} line\n${leap} prompt> ${STAMP} begin\n`)).toEqual(['line\n', 'prompt> ', 'begin\n'])
})

test('a later stamp right at the beginning of a line is content: nothing was written before it', () => {
  const line = `${STAMP.replace('1Z', '2Z')} text\n`
  expect(cut(`${STAMP} ${line}`)).toEqual([line])
})

test('a time that a process wrote is content: it is earlier than the stamp of its line', () => {
  const line = `it was ${STAMP.replace('2026', '2025')} or so\n`
  expect(cut(`${STAMP} ${line}`)).toEqual([line])
})

test('a chunk ends where it does, whether or not a run that comes behind it is there already', () => {
  const chunk = 'x'.repeat(CHUNK)
  const later = STAMP.replace('1Z', '2Z')
  expect(cut(`${STAMP} ${chunk}${STAMP} rest${later} glued\n`)).toEqual([chunk, 'rest', 'glued\n'])
})

test('the first of the remembered ends counts that a stamp stands at', () => {
  const wire = `${STAMP} a${STAMP} b${STAMP} c\n`
  const ends = [2 + STAMP.length + 1, 1].map((length) => ({ stamp: STAMP, length }))
  expect(cut(wire, ends)).toEqual(['a', 'b', 'c\n'])
})

test('a remembered end counts for messages of its stamp only, and where a moment is named behind it', () => {
  const other = STAMP.replace('1Z', '2Z')
  const line = `a${STAMP} b\n`
  expect(cut(`${STAMP} ${line}`, [{ stamp: other, length: 1 }])).toEqual([line])
  const form = `a${'x'.repeat(19)}.123456789Z b\n`
  expect(cut(`${STAMP} ${form}`, [{ stamp: STAMP, length: 1 }])).toEqual([form])
})
