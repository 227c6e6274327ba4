import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { NUMBERED_LINE, numberedLine } from './numbered-line.ts'
import { OutputWatch } from './output-watch.ts'

test('a line is seen when it is whole, in a file that is cut meanwhile too', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'watertight-watch-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const file = path.join(directory, 'a.log')
  await writeFile(file, `${numberedLine('a', 1)}\n${numberedLine('a', 2).slice(0, 30)}`)
  await using watch = new OutputWatch({ directory, glob: '*.log', pattern: NUMBERED_LINE, ignored: [] })
  const written = new Map([['a', new Map([1, 2, 3].map((line) => [line, 0]))]])
  const seen = (): number => watch.delays.summary(written)?.count ?? 0
  await vi.waitFor(() => expect(seen()).toBe(1), WAIT)
  const before = Date.now()
  await appendFile(file, `${numberedLine('a', 2).slice(30)}\n`)
  await vi.waitFor(() => expect(seen()).toBe(2), WAIT)
  expect(watch.delays.summary(written)!.maxMs).toBeGreaterThanOrEqual(before)
  await writeFile(file, `${numberedLine('a', 3)}\n`)
  await vi.waitFor(() => expect(seen()).toBe(3), WAIT)
})

const WAIT = { timeout: 20_000, interval: 20 }
