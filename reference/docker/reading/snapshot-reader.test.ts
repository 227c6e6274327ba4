import { describe, expect, test } from 'vitest'
import { encodeFrame } from '../../../property-tests/models/stored-log.ts'
import { MULTILINE_PRESETS, MultilineRule } from '../stages/multiline-rule.ts'
import type { ContainerReaderOptions } from './container-reader.ts'
import { stampOf } from './parsing/stamp.ts'
import { OPTIONS, savedPosition, taken as text } from './reader.test-helper.ts'
import { SnapshotReader } from './snapshot-reader.ts'

const SOURCE = { id: 'a'.repeat(64), kind: 'container', name: 'web', attributes: {} } as const
const MULTILINE = new MultilineRule(MULTILINE_PRESETS.indented, {
  timeoutMs: 1000,
  maxLines: 9,
  maxBytes: 999,
})

function readerOf(options: Partial<ContainerReaderOptions> = {}): SnapshotReader {
  return new SnapshotReader({ ...OPTIONS, poll: true, maxLineBytes: 1024, ...options })
}

const frame = (n: number, data: string): Buffer =>
  encodeFrame({ stream: 1, stamp: stampOf(n), data: Buffer.from(data), lineStart: true })
const lines = (from: number, to: number): Buffer[] =>
  Array.from({ length: to - from + 1 }, (_, index) => frame(from + index, `line ${from + index}\n`))
const textOf = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}\n`).join('')

/** Reads the snapshot that the reader asks for of what is stored; what it says at the end. */
function read(reader: SnapshotReader, stored: readonly Buffer[]): string {
  const { tail } = reader.open()
  for (const one of stored.slice(-(tail ?? stored.length))) reader.push(one)
  return reader.end()
}

/** The same reader after a restart. */
function restarted(reader: SnapshotReader, options: Partial<ContainerReaderOptions> = {}): SnapshotReader {
  return readerOf({ ...options, position: savedPosition(reader) })
}

describe('a reader of snapshots', () => {
  test('says how far it is with a reply: not at its place, at it, or of no use', () => {
    const reader = readerOf()
    reader.open()
    expect([reader.push(lines(1, 1)[0]!), reader.end(), reader.aligned]).toEqual(['aligned', 'aligned', true])
    read(reader, lines(1, 200))
    const again = restarted(reader)
    again.open()
    const states = lines(130, 201).map((one) => again.push(one))
    // One message behind: whether another one follows decides what a message is worth.
    expect(states.slice(-4)).toEqual(['aligning', 'aligning', 'aligned', 'aligned'])
    expect([again.resume(), again.end()]).toEqual(['aligned', 'aligned'])
    again.open()
    expect([again.aligned, again.push(lines(300, 300)[0]!), again.resume()]).toEqual([
      false,
      'aligning',
      'aligning',
    ])
    expect([again.push(lines(301, 301)[0]!), again.resume(), again.end()]).toEqual([
      'reopen',
      'reopen',
      'reopen',
    ])
    again.open()
    expect(again.push(lines(1, 1)[0]!)).toBe('aligning')
  })

  test('knows the end of the log for certain, and cannot ask otherwise', () => {
    const reader = readerOf()
    expect([reader.endIsCertain, reader.endIsKnown, reader.unanswered()]).toEqual([true, true, false])
  })

  test('asks for the whole log first, and then for the more of its end the faster it grows', () => {
    const reader = readerOf()
    expect(reader.open()).toStrictEqual({ follow: false })
    read(reader, lines(1, 1000))
    read(reader, lines(1, 1000))
    const calm = reader.open().tail!
    for (const one of lines(1041 - calm, 1040)) reader.push(one)
    reader.end()
    expect(reader.open().tail! - calm).toBeGreaterThanOrEqual(70)
  })

  test('takes a reply that ends within a frame for an error', () => {
    const reader = readerOf()
    reader.open()
    reader.push(lines(1, 1)[0]!.subarray(0, 20))
    expect(() => reader.end()).toThrow('Cannot read the log: the reply ended within a frame')
  })

  test('passes over what was written before the moment from which the log is read', () => {
    const reader = readerOf({ since: stampOf(3) })
    read(reader, lines(1, 5))
    expect(text(reader)).toBe('')
    expect(reader.awaitsSave).toBe(true)
    reader.saved()
    expect([reader.awaitsSave, text(reader)]).toEqual([false, textOf(3, 4)])
  })

  test('makes records under the source as it is described', () => {
    const reader = readerOf()
    const renamed = { ...SOURCE, name: 'renamed' }
    reader.describe(renamed)
    read(reader, lines(1, 2))
    expect(reader.take()).toMatchObject({ source: renamed })
  })

  test('does not remember ends without a newline: frames tell where messages end', () => {
    const reader = readerOf({ tty: true })
    read(reader, [frame(1, 'prompt> '), frame(2, 'next\n')])
    expect(reader.position.unterminated).toEqual([])
  })

  test('says that the place is lost as soon as two whole logs were without it, and reads on behind', () => {
    const reader = readerOf()
    read(reader, lines(1, 100))
    text(reader)
    const stored = lines(200, 210)
    const told: number[] = []
    for (let state = 'reopen', opens = 0; state === 'reopen' && opens < 9; opens++) {
      state = read(reader, stored)
      told.push(reader.takeNotices().length)
    }
    // The reply behind them is the one that is taken.
    expect(told).toEqual([0, 1, 0])
    expect(text(reader)).toBe(textOf(200, 209))
  })
})

describe('the last message of a reply', () => {
  test('is withheld where the reply broke off as well', () => {
    const reader = readerOf()
    reader.open()
    for (const one of lines(1, 3)) reader.push(one)
    reader.cut()
    expect(text(reader)).toBe(textOf(1, 2))
    reader.flush()
    expect(text(reader)).toBe(textOf(3, 3))
  })

  test('is delivered once, however many replies ended with it, and though one in between brought nothing', () => {
    const reader = readerOf()
    read(reader, lines(1, 2))
    reader.open()
    reader.cut()
    read(reader, lines(1, 2))
    expect(text(reader)).toBe(textOf(1, 1))
    reader.flush()
    expect(text(reader)).toBe(textOf(2, 2))
  })

  test('may be a line that began to come: then its pieces are withheld together', () => {
    const reader = readerOf()
    read(reader, lines(1, 1000))
    read(reader, lines(1, 1000))
    text(reader)
    const { tail } = reader.open()
    const pieces = ['one ', 'two ', 'three'].map((piece) => frame(1001, piece))
    for (const one of [...lines(1002 - tail!, 1000), ...pieces]) reader.push(one)
    reader.end()
    expect(text(reader)).toBe('')
    reader.flush()
    expect(text(reader)).toBe('one two three\n')
  })

  test.each([
    ['line 3\n', 3],
    ['prompt> ', 2],
    ['\n', 3],
    ['a\nb', 2],
  ])('when it is delivered after all, as %j, counts as a line only if it ends one', (last, expected) => {
    for (const opens of [false, true]) {
      const reader = readerOf()
      read(reader, [...lines(1, 2), frame(3, last)])
      if (opens) reader.open()
      reader.flush()
      expect(reader.position.cursor.counted).toEqual({ sinceNewest: 1, lines: expected })
    }
  })

  test('keeps a record of several lines open, until it is known what it is', () => {
    const reader = readerOf({ stages: { multiline: MULTILINE } })
    read(reader, [frame(1, 'a\n'), frame(2, ' b\n')])
    expect([reader.tick(0), reader.tick(5000), reader.dueMs]).toEqual([false, false, null])
    read(reader, [frame(1, 'a\n'), frame(2, ' b\n')])
    expect([text(reader), reader.tick(6000), reader.dueMs]).toEqual(['', false, 7000])
    read(reader, [frame(1, 'a\n'), frame(2, ' b\n'), frame(3, ' c\n')])
    expect([reader.tick(6500), reader.dueMs]).toEqual([false, null])
    read(reader, [frame(1, 'a\n'), frame(2, ' b\n'), frame(3, ' c\n')])
    expect([reader.tick(7000), reader.tick(7999), reader.tick(8000)]).toEqual([false, false, true])
    expect([text(reader), reader.awaitsSave]).toEqual(['', true])
    reader.saved()
    expect(text(reader)).toBe('a\n b\n c\n')
  })
})

describe('from now on', () => {
  test('what exists is passed over, which is a position to be saved once it is known how much that is', () => {
    const reader = readerOf({ from: 'now' })
    expect([reader.primes, reader.aligned, reader.open()]).toEqual([true, false, { follow: false, tail: 50 }])
    for (const one of lines(1, 10)) expect(reader.push(one)).toBe('aligning')
    // Fewer came than were asked for: the whole log is to be seen.
    expect([reader.end(), reader.primes, reader.take()]).toEqual(['reopen', true, undefined])
    expect(read(reader, lines(1, 10))).toBe('reopen')
    expect([reader.primes, reader.aligned]).toEqual([false, true])
    expect(reader.take()).toMatchObject({ ends: new Uint32Array(0), position: { records: 0 } })
    expect(reader.take()).toBeUndefined()
    expect([read(reader, lines(1, 12)), text(reader)]).toEqual(['aligned', textOf(11, 11)])
  })

  test('is from where it was left after a restart', () => {
    const reader = readerOf()
    read(reader, lines(1, 10))
    const again = restarted(reader, { from: 'now' })
    expect(again.primes).toBe(false)
    read(again, lines(1, 12))
    expect(text(again)).toBe(textOf(10, 11))
  })
})

describe('the last message that is stored', () => {
  test('says whether there is something that was not delivered', () => {
    const reader = readerOf()
    read(reader, lines(1, 3))
    expect(reader.look([])).toBe('nothing')
    expect(reader.look(lines(2, 2))).toBe('nothing')
    expect(reader.look(lines(1, 3))).toBe('something')
  })
})
