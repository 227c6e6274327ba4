import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ProcessorLimit } from './processor-limit.ts'

/** What ended a process that runs this after a test of mutant 7 began, or its status. */
function endOf(script: string, directory: string): NodeJS.Signals | number | null {
  const limit = new URL('processor-limit.ts', import.meta.url).href
  const begin = `import { ProcessorLimit } from ${JSON.stringify(limit)}
    const limit = new ProcessorLimit(${JSON.stringify(directory)}, 300)
    limit.begin('7', 1)
    await new Promise((done) => setTimeout(done, 50))\n`
  const file = path.join(directory, 'script.mjs')
  writeFileSync(file, begin + script)
  const { signal, status } = spawnSync(process.execPath, [file])
  return signal ?? status
}

test('a test that never lets go of the processor ends its process, and the next one knows of which mutant', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'watertight-limit-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  expect(endOf('for (;;);', directory)).toBe('SIGKILL')
  const next = new ProcessorLimit(directory)
  expect(next.wasExceeded('8')).toBe(false)
  expect(next.wasExceeded('7')).toBe(true)
  expect(next.wasExceeded('7')).toBe(false)
})

test('one that waits does not, nor one that has ended', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'watertight-limit-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const burn = 'for (const end = performance.now() + 900; performance.now() < end; );'
  expect(endOf('await new Promise((done) => setTimeout(done, 900))', directory)).toBe(0)
  expect(endOf(`limit.end(); await new Promise((done) => setTimeout(done, 50)); ${burn}`, directory)).toBe(0)
})
