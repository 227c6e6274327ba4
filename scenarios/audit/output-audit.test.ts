import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { NUMBERED_LINE, numberedLine } from './numbered-line.ts'
import { auditOutput } from './output-audit.ts'

async function directoryWith(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'watertight-audit-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(directory, name), text)
  return directory
}

test('lines are found in every file the glob matches, and in no other', async () => {
  const directory = await directoryWith({
    'a.log': `${numberedLine('a', 1)}\n${numberedLine('a', 2)}\n`,
    'b.log': `${numberedLine('b', 1)}\n`,
    'b.txt': `${numberedLine('b', 2)}\n`,
  })
  const emitted = new Map([
    ['a', 2],
    ['b', 2],
  ])
  const counts = await auditOutput({ directory, glob: '*.log', pattern: NUMBERED_LINE }, emitted)
  expect(counts).toMatchObject({ emitted: 4, delivered: 3, missing: 1 })
})

test('a torn line does not count as delivered', async () => {
  const directory = await directoryWith({ 'a.log': numberedLine('a', 1).slice(0, -1) })
  const counts = await auditOutput({ directory, glob: '*', pattern: NUMBERED_LINE }, new Map([['a', 1]]))
  expect(counts).toMatchObject({ delivered: 0, missing: 1 })
})

test('lines wrapped in JSON, several to a line, are found with their container', async () => {
  const wrapped = JSON.stringify([{ line: numberedLine('wt-1', 1) }, { line: numberedLine('wt-1', 2) }])
  const directory = await directoryWith({ 'sent.log': wrapped })
  const counts = await auditOutput({ directory, glob: '*', pattern: NUMBERED_LINE }, new Map([['wt-1', 2]]))
  expect(counts).toMatchObject({ delivered: 2, missing: 0, outOfOrder: 0 })
})
