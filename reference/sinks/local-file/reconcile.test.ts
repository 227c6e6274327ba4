import { describe, expect, test } from 'vitest'
import { withFile } from './file.test-helper.ts'
import { reconcile, type Reconciled } from './reconcile.ts'

interface Result extends Reconciled {
  /** What the file holds afterwards. */
  readonly left: string
}

/** Compares what a file holds from an offset on with what is expected there. */
async function compare(content: string, expected: string, from = 0, search = false): Promise<Result> {
  return await withFile(content, async (file, size) => {
    const found = await reconcile(file, Buffer.from(expected), { from, size, search })
    const left = Buffer.alloc((await file.stat()).size)
    await file.read(left, 0)
    return { ...found, left: left.toString() }
  })
}

describe('what the file holds is not written again', () => {
  test.each([
    ['nothing', '', 'a\nb\n', 0, 0, 0],
    ['only what lies before', 'x\n', 'a\n', 2, 0, 2],
    ['the first records', 'x\na\n', 'a\nb\n', 2, 2, 4],
    ['a part of a record', 'a\nbb', 'a\nbbb\n', 0, 4, 4],
    ['all of it', 'a\nb\n', 'a\nb\n', 0, 4, 4],
    ['all of it and more', 'a\nb\nc\n', 'a\nb\n', 0, 4, 4],
  ])('%s', async (_, content, expected, from, present, length) => {
    expect(await compare(content, expected, from)).toEqual({
      present,
      length,
      size: content.length,
      found: null,
      left: content,
    })
  })

  test('and a file that was cut before the place holds none of it', async () => {
    expect(await compare('x\n', 'a\n', 4)).toMatchObject({ present: 0, length: 4, size: 2, found: null })
  })
})

describe('lines of somebody else are kept', () => {
  test.each([
    ['before all of it', 'x\na\nb\n', 'a\nb\nc\n', 4, 6],
    ['between records', 'a\nx\ny\nb\n', 'a\nb\nc\n', 4, 8],
    ['several times', 'a\nx\nb\ny\nc', 'a\nb\nc\n', 5, 9],
    ['behind all that is there', 'a\nx\n', 'a\nb\n', 2, 2],
    ['that begin like the next record', 'a\nbx\n', 'a\nbb\n', 2, 2],
    ['that the next record begins like', 'a\nb1\nb\nc\n', 'a\nb\nc\n', 6, 9],
    ['without an end', 'a\nx', 'a\nb\n', 2, 2],
    ['before a later record', 'x\nb\n', 'a\nb\n', 0, 0],
  ])('%s', async (_, content, expected, present, length) => {
    expect(await compare(content, expected)).toEqual({
      present,
      length,
      size: content.length,
      found: 'foreign',
      left: content,
    })
  })
})

describe('NULs that a power cut left', () => {
  test.each([
    ['instead of a record, with what lies behind them', 'a\n\0\0c\n', 'a\nb\nc\n', 2, 2],
    [
      'instead of a record, before lines that somebody wrote since',
      'a\n\0\nc\nzzzzz\n',
      'a\nb\nc\nd\n',
      2,
      2,
    ],
    ['instead of the end of a record', 'a\nb\0\0\0\0', 'a\nbbb\nc\n', 2, 2],
    ['instead of all of it', '\0\0\0\0', 'a\nb\n', 0, 0],
    ['behind a line of somebody else, whatever comes then', 'a\nx\nb\n\0\0yyyyyy\n', 'a\nb\nc\n', 4, 6],
    ['behind a line of somebody else', 'a\nx\nb\n\0\0', 'a\nb\nc\n', 4, 6],
  ])('are cut %s', async (_, content, expected, present, length) => {
    const left = content.slice(0, length)
    const found = await compare(content, expected)
    expect(found).toEqual({ present, length, size: length, found: 'hole', left })
  })

  test('are cut at the end of the file, with their line, where what lies before them does not come again', async () => {
    expect(await compare('x\ny\0\0\0', 'a\nb\n')).toEqual({
      present: 0,
      length: 0,
      size: 2,
      found: 'hole',
      left: 'x\n',
    })
  })

  test.each([
    ['at the beginning of the file', '\0\0\nc\n', 'a\nb\nc\n', ''],
    ['with the line they lie in', 'x\n\0\0\0c\nd\ne\n', 'a\nb\nc\nd\ne\nf\n', 'x\n'],
    ['where the first record behind them was begun', 'x\n\0\0\0c\ndd', 'a\nb\nc\nddd\n', 'x\n'],
    ['where more was written behind these records', 'x\n\0\0\0\nd\ne\nf\n', 'a\nd\ne\n', 'x\n'],
    ['but lines that do not come again are kept', 'x\n\0y\nz\nd\n', 'a\nd\ne\n', 'x\n\0y\nz\n'],
    ['and all that somebody wrote behind them is', 'x\n\0y\nd\nz\n', 'a\nd\ne\n', 'x\n\0y\nd\nz\n'],
    [
      'and equal lines are told apart by what follows them',
      'x\n\0\0\nb\nb\nc\n',
      'a\nb\nc\nb\nb\nc\nd\n',
      'x\n',
    ],
  ])(
    'are cut where what lies before them does not come again, and records lie behind them, %s',
    async (_, content, expected, left) => {
      const found = await compare(content, expected)
      expect(found).toMatchObject({ present: 0, length: 0, size: left.length, left })
    },
  )

  test('are found at the end of a piece that is read, and a record behind its end is not taken for all that follows', async () => {
    const piece = 256 * 1024
    const long = `${'x'.repeat(piece - 10)}\0${'y'.repeat(20)}\nb\n`
    expect(await compare(long, 'a\nb\n')).toMatchObject({ found: 'hole', size: 0 })
    const records = 'a\nb\nc\nd\n'
    const begin = `\0y\n${'z'.repeat(piece + records.length - 6)}\n`
    const content = `${begin}c\nzzz\n`
    expect(begin).toHaveLength(piece + records.length - 2)
    expect(await compare(content, records)).toMatchObject({ found: 'foreign', size: content.length })
  })

  test('are found however far they are, and what lies behind them, and are read in pieces', async () => {
    const lost = Array.from({ length: 60_000 }, (_, index) => `lost ${index}\n`).join('')
    const records = Array.from({ length: 60_000 }, (_, index) => `record ${index}\n`)
    const content = `${lost}${'\0'.repeat(600_000)}${lost}${records.slice(30_000).join('')}`
    const { left, found, size } = await compare(content, records.join(''))
    expect([found, size]).toEqual(['hole', left.length])
    expect(left === `${lost}${'\0'.repeat(600_000)}${lost}`).toBe(true)
  })

  test('are cut for good: the next power cut must not bring back what was cut', async () => {
    for (const content of ['a\n\0\0c\n', 'x\ny\0\0\0', 'x\n\0\0\nb\n']) {
      let syncs = 0
      // oxlint-disable-next-line no-await-in-loop -- one file after the other
      await withFile(
        content,
        (file, size) => reconcile(file, Buffer.from('a\nb\nc\n'), { from: 0, size, search: false }),
        () => syncs++,
      )
      expect(syncs).toBe(1)
    }
  })

  test('and those that somebody wrote are not', async () => {
    for (const content of ['\0x\n', '\0\0x\n', 'x\0\n'])
      // oxlint-disable-next-line no-await-in-loop -- one file after the other
      expect(await compare(content, 'a\nb\nc\n')).toMatchObject({ found: 'foreign', left: content })
    expect(await compare('\0\n', '\0\nb\n')).toMatchObject({ present: 2, found: null })
  })
})

describe('a file that was begun somewhere among what comes', () => {
  test.each([
    ['with a later record', 'c\n', 'a\nb\nc\nd\n', 6, 2],
    ['with the last one', 'c\n', 'a\nb\nc\n', 6, 2],
    ['with an empty line', '\n', 'a\n\n', 3, 1],
    ['with a part of one', 'cc', 'a\nb\nccc\n', 6, 2],
    ['with the last one, and holds more', 'c\nd\n', 'a\nc\n', 4, 2],
    ['with the first', 'a\nb\n', 'a\nb\na\nb\n', 4, 4],
    ['with nothing yet', '', 'a\nb\n', 0, 0],
  ])('%s', async (_, content, expected, present, length) => {
    const found = await compare(content, expected, 0, true)
    expect(found).toMatchObject({ present, length, size: content.length, found: null, left: content })
  })

  test('may end with NULs that a power cut left', async () => {
    for (const [content, present, length] of [
      ['c\nd\n\0\0', 8, 4],
      ['c\nd\0\0', 6, 2],
    ] as const)
      // oxlint-disable-next-line no-await-in-loop -- one file after the other
      expect(await compare(content, 'a\nb\nc\nd\ne\n', 0, true)).toMatchObject({
        present,
        length,
        size: length,
        found: 'hole',
      })
  })

  test('holds lines of somebody else where none of it is there', async () => {
    for (const expected of ['a\nb\n', 'a\nxx\n'])
      // oxlint-disable-next-line no-await-in-loop -- one file after the other
      expect(await compare('x\n', expected, 0, true)).toMatchObject({
        present: 0,
        length: 0,
        found: 'foreign',
      })
    expect(await compare('b\n', 'a\nb\n', 0, false)).toMatchObject({ present: 0, found: 'foreign' })
  })
})
