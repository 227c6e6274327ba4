import { expect, test } from 'vitest'
import { ContainerLog } from './container-log.ts'
import { STDOUT } from './log-file.ts'

const STAMP = Buffer.from('2026-01-01T00:00:00.000000000Z')

function written(log: ContainerLog, messages: number): void {
  for (let message = 0; message < messages; message++) log.append(STDOUT, STAMP, Buffer.from('a line\n'))
}

test('what rotation has taken out of a log is accounted for, with the moment', () => {
  let nowMs = 5
  // Two messages make a file full.
  const log = new ContainerLog({ maxSizeBytes: 100, maxFiles: 2 }, () => nowMs)
  written(log, 4)
  expect(log.lost.losses).toEqual([])
  nowMs = 7
  written(log, 3)
  expect(log.lost.losses).toEqual([
    { first: 0, behind: 2, cause: 'rotated away', atMs: 7 },
    { first: 2, behind: 4, cause: 'rotated away', atMs: 7 },
  ])
  expect([1, 3, 4].map((message) => log.lost.has(message))).toEqual([true, true, false])
})

test('a removal takes what was left', () => {
  const log = new ContainerLog({ maxSizeBytes: 100, maxFiles: 1 }, () => 9)
  written(log, 3)
  log.remove()
  expect(log.lost.losses).toEqual([
    { first: 0, behind: 2, cause: 'rotated away', atMs: 9 },
    { first: 2, behind: 3, cause: 'removed', atMs: 9 },
  ])
})
