import { expect, test } from 'vitest'
import type { Block } from '../dispatch/block.ts'
import { beginningOf, behind, finished, type FilePlace } from './file-place.ts'
import { parseFilePosition, type FilePosition } from './file-position.ts'
import { FileRecords } from './file-records.ts'

const SOURCE = { id: 'a'.repeat(64), kind: 'file', name: '/logs/a.log', attributes: {} } as const
const STAMP = '2026-01-01T00:00:01.000000000Z'

function records({
  position,
  max = 1024,
  cr = false,
}: { position?: FilePosition; max?: number; cr?: boolean } = {}): FileRecords {
  return new FileRecords({ source: SOURCE, maxLineBytes: max, cutCarriageReturn: cr, position })
}

/** Feeds the text at the place; all of it is shorter than what a file is known by. */
function add(reader: FileRecords, text: string): void {
  const place = reader.place ?? beginningOf({ device: 1, inode: 7 })
  const before = Buffer.from(place.head)
  const data = Buffer.from(text, 'latin1')
  const buffer = Buffer.concat([Buffer.from(STAMP), data])
  reader.add(buffer, STAMP.length, buffer.length, behind(place, Buffer.concat([before, data])))
}

function linesOf(blocks: readonly Block[]): string[] {
  return blocks.flatMap(({ bytes }) => Buffer.from(bytes).toString('latin1').split('\n').slice(0, -1))
}

function takeAll(reader: FileRecords): Block[] {
  const blocks: Block[] = []
  for (let block = reader.take(); block !== undefined; block = reader.take()) blocks.push(block)
  return blocks
}

test('lines become records with the time at which they were read, as they are', () => {
  const reader = records()
  add(reader, 'one\n\ntwo\r\n')
  const [block] = takeAll(reader)
  expect(linesOf([block!])).toEqual(['one', '', 'two\r'])
  expect([...block!.times]).toEqual(Array.from({ length: 3 }, () => 1_767_225_601_000_000_000n))
  expect(block!.position).toMatchObject({ epoch: 0, records: 3, place: { offset: 10 } })
})

test('the carriage return before a newline is cut where that is wished, also where it was read before', () => {
  const reader = records({ cr: true })
  add(reader, 'one\r\ntwo\r')
  add(reader, '\nth\rree\n')
  expect(linesOf(takeAll(reader))).toEqual(['one', 'two', 'th\rree'])
})

test('a line whose end is missing is kept with the position, over a restart', () => {
  const before = records()
  add(before, 'one\ntw')
  const [block] = takeAll(before)
  expect(linesOf([block!])).toEqual(['one'])
  const position = parseFilePosition(JSON.parse(JSON.stringify(block!.position)))
  const after = records({ position })
  expect(after.position).toEqual(position)
  add(after, 'o\n')
  const [next] = takeAll(after)
  expect(linesOf([next!])).toEqual(['two'])
  expect(next).toMatchObject({ firstRecord: 1, epoch: 0 })
})

test('the open line of a file that is finished is a record', () => {
  const reader = records()
  add(reader, 'one\ntwo')
  reader.remember([finished(reader.place!)])
  reader.finish()
  expect(linesOf(takeAll(reader))).toEqual(['one', 'two'])
  expect(reader.position).toMatchObject({ place: null, records: 2, finished: [{ inode: 7, offset: 7 }] })
})

test('a long line is cut into records, between characters, and never held whole', () => {
  const reader = records({ max: 4 })
  add(reader, 'abcdefghij')
  expect(linesOf(takeAll(reader))).toEqual(['abcd', 'efgh'])
  add(reader, 'k\nabcd\n')
  expect(linesOf(takeAll(reader))).toEqual(['ijk', 'abcd'])
  add(reader, Buffer.from('aaäö\n').toString('latin1'))
  expect(linesOf(takeAll(reader)).map((line) => Buffer.from(line, 'latin1').toString())).toEqual(['aaä', 'ö'])
  expect(reader.cutLines).toBe(2)
})

test('records behind a gap are of a new epoch, and so are those of another limit on lines', () => {
  const reader = records()
  add(reader, 'one\n')
  reader.gap()
  add(reader, 'two\n')
  expect(takeAll(reader).map(({ epoch, firstRecord }) => [epoch, firstRecord])).toEqual([
    [0, 0],
    [1, 1],
  ])
  expect(records({ position: reader.position, max: 9 }).position.epoch).toBe(2)
})

test('a position that is none is refused with what is wrong', () => {
  expect(() => parseFilePosition({ epoch: 0, records: -1 })).toThrow(/Cannot read the position of a file: .*/)
})

test('only so many finished files are remembered, the last ones', () => {
  const reader = records()
  const place: FilePlace = beginningOf({ device: 1, inode: 1 })
  for (let inode = 1; inode <= 40; inode++) reader.remember([finished({ ...place, inode })])
  expect(reader.finished.map(({ inode }) => inode)).toEqual(Array.from({ length: 16 }, (_, n) => n + 25))
})

test('a file system that has another number now has it everywhere', () => {
  const reader = records()
  add(reader, 'one\n')
  reader.remember([
    finished({ ...reader.place!, inode: 3 }),
    { ...finished(reader.place!), device: 9, inode: 4 },
  ])
  reader.adoptDevice(1, 2)
  expect(reader.place).toMatchObject({ device: 2, inode: 7 })
  expect(reader.finished.map(({ device }) => device)).toEqual([2, 9])
})
