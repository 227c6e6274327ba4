import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { NUMBERED_LINE, numberedLine } from './numbered-line.ts'
import { auditOutput, type AuditedOutput } from './output-audit.ts'

async function directoryWith(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'watertight-audit-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(directory, name), text)
  return directory
}

function outputIn(directory: string): AuditedOutput {
  return { directory, glob: '*', pattern: NUMBERED_LINE, ignored: [] }
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
  const counts = await auditOutput({ ...outputIn(directory), glob: '*.log' }, emitted)
  expect(counts).toMatchObject({ emitted: 4, delivered: 3, missing: 1 })
})

test('a torn line does not count as delivered', async () => {
  const directory = await directoryWith({ 'a.log': numberedLine('a', 1).slice(0, -1) })
  const counts = await auditOutput(outputIn(directory), new Map([['a', 1]]))
  expect(counts).toMatchObject({ delivered: 0, missing: 1 })
})

test('lines wrapped in JSON, several to a line, are found with their container', async () => {
  const wrapped = JSON.stringify([{ line: numberedLine('wt-1', 1) }, { line: numberedLine('wt-1', 2) }])
  const directory = await directoryWith({ 'sent.log': wrapped })
  const counts = await auditOutput(outputIn(directory), new Map([['wt-1', 2]]))
  expect(counts).toMatchObject({ delivered: 2, missing: 0, outOfOrder: 0 })
})

test('lines that belong to no container were written by nobody, and the first of them are shown', async () => {
  const garbage = Array.from({ length: 1000 }, (_, index) => `garbage ${index}`).join('\n')
  const directory = await directoryWith({
    'a.log': `${numberedLine('a', 1)}\n\n${garbage}\n${numberedLine('b', 7)}`,
  })
  const counts = await auditOutput(outputIn(directory), new Map([['a', 1]]), { countOthers: true })
  expect(counts).toMatchObject({ delivered: 1002, missing: 0, unexpected: 1001 })
  expect(counts.examples).toEqual([
    'nobody wrote: "garbage 0"',
    'nobody wrote: "garbage 1"',
    'nobody wrote: "garbage 2"',
  ])
})

test('an example of what nobody wrote is short, whatever it is', async () => {
  const directory = await directoryWith({ 'a.log': '\u0001'.repeat(1_000_000) })
  const { examples } = await auditOutput(outputIn(directory), new Map(), { countOthers: true })
  expect(examples[0]!.length).toBeLessThan(600)
})

test('lines that belong to the format are nothing', async () => {
  const directory = await directoryWith({ 'a.log': `==> web <==\n${numberedLine('a', 1)}\n` })
  const output = { ...outputIn(directory), ignored: [/^==> /] }
  const counts = await auditOutput(output, new Map([['a', 1]]), { countOthers: true })
  expect(counts).toMatchObject({ delivered: 1, unexpected: 0 })
})

test.each([
  ['whole', (line: string) => line, { delivered: 1, missing: 0, unexpected: 0 }],
  ['without a piece of its middle', without(5000, 16_384), { missing: 1, unexpected: 1 }],
  ['with a piece of it twice', twice(5000, 16_384), { missing: 1, unexpected: 1 }],
  ['without its end', without(16_384, 40_000), { missing: 1, unexpected: 1 }],
] as const)('a line of 40,000 bytes is one that was written only %s', async (_, change, expected) => {
  const directory = await directoryWith({ 'a.log': `${change(numberedLine('wt-1', 1, 40_000))}\n` })
  const counts = await auditOutput(outputIn(directory), new Map([['wt-1', 1]]), { countOthers: true })
  expect(counts).toMatchObject(expected)
})

function without(from: number, to: number): (line: string) => string {
  return (line) => line.slice(0, from) + line.slice(to)
}

function twice(from: number, to: number): (line: string) => string {
  return (line) => line.slice(0, to) + line.slice(from)
}

test('a megabyte that begins no line is looked through at once', async () => {
  const directory = await directoryWith({ 'a.log': `${'x'.repeat(2 ** 20)} 1048576 .\n`.repeat(5) })
  const began = performance.now()
  const counts = await auditOutput(outputIn(directory), new Map(), { countOthers: true })
  expect(counts).toMatchObject({ unexpected: 5 })
  expect(performance.now() - began).toBeLessThan(5000)
})
