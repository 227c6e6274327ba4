import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findLine } from './find-line.ts'
import { withFile } from './file.test-helper.ts'

const WORDS = ['a', 'aa', 'ab', 'b', ''] as const

/** Where the line is, without pieces. */
function model(content: string, line: string, from: number): number | null {
  for (let at = content.indexOf('\n', from); at !== -1; at = content.indexOf('\n', at + 1)) {
    const held = content.slice(at + 1, at + 1 + line.length)
    const isBegun = at + 1 + line.length > content.length && held !== '' && line.startsWith(held)
    if (held === line || isBegun) return at + 1
  }
  return null
}

test('the first line behind the one at the place is found, or one that was begun at the end', async () => {
  const words = fc.array(fc.constantFrom(...WORDS), { maxLength: 8 })
  const wanted = fc.constantFrom(...WORDS)
  await fc.assert(
    fc.asyncProperty(words, fc.boolean(), wanted, fc.nat(8), async (list, isEnded, word, start) => {
      const content = `${list.join('\n')}${isEnded ? '\n' : ''}`
      const [line, from] = [`${word}\n`, Math.min(start, content.length)]
      const found = await withFile(content, (file, size) => findLine(file, Buffer.from(line), from, size))
      expect(found).toBe(model(content, line, from))
    }),
  )
})

const PIECE_BYTES = 256 * 1024

test('a line is found wherever the pieces end in which the file is read', async () => {
  const line = 'wanted\n'
  for (let before = PIECE_BYTES - 9; before < PIECE_BYTES + 9; before++) {
    const content = `${'x'.repeat(before)}\n${line}${'y'.repeat(2 * PIECE_BYTES)}`
    // oxlint-disable-next-line no-await-in-loop -- one file after the other
    const found = await withFile(content, (file, size) => findLine(file, Buffer.from(line), 0, size))
    expect(found).toBe(before + 1)
    const other = content.replace(line, 'wantex\n')
    // oxlint-disable-next-line no-await-in-loop
    expect(await withFile(other, (file, size) => findLine(file, Buffer.from(line), 0, size))).toBeNull()
  }
})

test('a line of somebody else that is longer than a piece is passed over', async () => {
  const content = `${'x'.repeat(3 * PIECE_BYTES)}\nwanted\n`
  const find = (line: string): Promise<number | null> =>
    withFile(content, (file, size) => findLine(file, Buffer.from(line), 0, size))
  expect(await find('wanted\n')).toBe(3 * PIECE_BYTES + 1)
  expect(await find('other\n')).toBeNull()
})

test('a line that is longer than a piece is found', async () => {
  const line = `${'w'.repeat(PIECE_BYTES + 10)}\n`
  const content = `x\n${line}${'y'.repeat(2 * PIECE_BYTES)}`
  expect(await withFile(content, (file, size) => findLine(file, Buffer.from(line), 0, size))).toBe(2)
})

test('what lies behind the size that is given is not looked at, and a file that became shorter ends earlier', async () => {
  const found: (number | null)[] = []
  for (const size of [2, 4, 100])
    // oxlint-disable-next-line no-await-in-loop -- one file after the other
    found.push(await withFile('x\nwanted\n', (file) => findLine(file, Buffer.from('wanted\n'), 0, size)))
  expect(found).toEqual([null, 2, 2])
  expect(await findIn('x\nother\n', 100)).toBeNull()
  const first = `yyywanted\n${'x'.repeat(PIECE_BYTES - 3)}`
  expect(await findIn(`${first}zz\n`, 4 * PIECE_BYTES)).toBeNull()
  expect(await findIn(`${first}${'x'.repeat(20)}\nwanted\n`, first.length + 10)).toBeNull()
})

/** Looks for a line in a file that was so large. */
function findIn(content: string, size: number): Promise<number | null> {
  return withFile(content, (file) => findLine(file, Buffer.from('wanted\n'), 0, size))
}
