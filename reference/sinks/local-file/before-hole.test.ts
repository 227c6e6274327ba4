import { expect, test } from 'vitest'
import { endBeforeHole } from './before-hole.ts'
import { withFile } from './file.test-helper.ts'

const PIECE_BYTES = 64 * 1024
const NUL = '\0'

const end = (content: string, from = 0): Promise<number> =>
  withFile(content, (file, size) => endBeforeHole(file, from, size))

test('a file that does not end with NULs ends where it does', async () => {
  expect([await end(''), await end('a\n'), await end('a\nb'), await end(`a\n${NUL}b`)]).toEqual([0, 2, 3, 4])
})

test('of one that ends with NULs the line goes in which they begin', async () => {
  expect([await end(`a\n${NUL}`), await end(`a\nb${NUL}${NUL}`), await end(`ab${NUL}`)]).toEqual([2, 2, 0])
  expect([await end(`a\nb${NUL}`, 2), await end(`a\nbc${NUL}`, 3), await end(`a\n${NUL}`, 3)]).toEqual([
    2, 3, 3,
  ])
})

test('however many NULs there are, and wherever the pieces end in which they are read', async () => {
  for (const nuls of [PIECE_BYTES - 2, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES]) {
    // oxlint-disable-next-line no-await-in-loop -- one file after the other
    expect(await end(`a\nb\n${NUL.repeat(nuls)}`)).toBe(4)
    // oxlint-disable-next-line no-await-in-loop
    expect(await end(`a\nb\n${NUL.repeat(nuls)}`, 4)).toBe(4)
  }
})

test('a file that has become shorter meanwhile ends where it did', async () => {
  const found = await withFile(`a\n${NUL}`, (file) => endBeforeHole(file, 0, 9))
  expect(found).toBe(9)
})
