import { expect, test } from 'vitest'
import { TtyDemultiplexer, type Unterminated } from './tty-demultiplexer.ts'

const STAMP = '2026-01-01T00:00:00.000000001Z'
const CHUNK = 16

/** Data of the messages that a stream is cut into, whatever the pieces it comes in. */
function cut(wire: string, unterminated: readonly Unterminated[] = []): string[] {
  const [whole, bytewise] = [Infinity, 1].map((bytes) => cutInPieces(wire, bytes, unterminated))
  expect(bytewise).toEqual(whole)
  return whole!
}

function cutInPieces(wire: string, pieceBytes: number, unterminated: readonly Unterminated[]): string[] {
  const bytes = Buffer.from(wire)
  const messages: string[] = []
  const demultiplexer = new TtyDemultiplexer(CHUNK, () => unterminated)
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

test('what runs of the container wrote behind an unterminated line is known by its later stamp', () => {
  const [later, last] = [2, 3].map((n) => STAMP.replace('1Z', `${n}Z`))
  const wire = `${STAMP} prompt> ${later} begin\r\n${later} prompt> ${last} begin\r\n`
  expect(cut(wire)).toEqual(['prompt> ', 'begin\r\n', 'prompt> ', 'begin\r\n'])
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
