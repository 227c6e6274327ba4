import { expect, test } from 'vitest'
import { Contiguity } from './contiguity.ts'

/** How many messages of so many bytes are admitted, one after the other. */
function admitted(contiguity: Contiguity, bytes: number): number {
  let count = 0
  while (count < 1000 && contiguity.admits(bytes)) count += 1
  return count
}

test('of a log that was never read before, what it holds at first comes in one piece: 256 messages, or 32 KiB', () => {
  expect(admitted(new Contiguity(undefined, true), 1)).toBe(256)
  expect(admitted(new Contiguity(undefined, true), 1024)).toBe(32)
  expect(new Contiguity(undefined, true).admits(32 * 1024 + 1)).toBe(false)
})

test('of any other log nothing is admitted before two snapshots, of a new one nothing between them', () => {
  for (const isFirst of [true, false]) {
    const contiguity = new Contiguity(100, isFirst)
    if (!isFirst) expect(contiguity.admits(1)).toBe(false)
    contiguity.proved(0)
    expect(contiguity.admits(1)).toBe(false)
    contiguity.proved(100)
    expect(admitted(contiguity, 1 << 20)).toBe(1000)
  }
})

test('one snapshot is enough once more has come than was asked for; of all of a log that is never known', () => {
  const asked = new Contiguity(100, false)
  asked.proved(101)
  expect(asked.admits(1)).toBe(true)
  const noMore = new Contiguity(100, false)
  noMore.proved(100)
  expect(noMore.admits(1)).toBe(false)
  const whole = new Contiguity(undefined, false)
  whole.proved(1_000_000)
  expect(whole.admits(1)).toBe(false)
})

test('what is doubted waits for one more snapshot', () => {
  const contiguity = new Contiguity(100, false)
  contiguity.proved(101)
  contiguity.doubtNext()
  expect(contiguity.admits(1)).toBe(false)
  contiguity.proved(0)
  expect(contiguity.admits(1)).toBe(true)
})

test('what was not read for a while waits for two, however much has come', () => {
  const contiguity = new Contiguity(100, false)
  contiguity.proved(101)
  contiguity.beginAgain()
  expect(contiguity.admits(1)).toBe(false)
  contiguity.proved(1000)
  expect(contiguity.admits(1)).toBe(false)
  contiguity.proved(1001)
  expect(contiguity.admits(1)).toBe(true)
  const neverRead = new Contiguity(undefined, true)
  neverRead.beginAgain()
  expect(neverRead.admits(1)).toBe(false)
})

test('where nothing can prove it, everything is admitted', () => {
  const contiguity = new Contiguity(100, false)
  contiguity.doubtNext()
  contiguity.admitAll()
  expect(contiguity.admits(1)).toBe(true)
})
