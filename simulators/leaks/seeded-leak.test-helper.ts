import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { findLeaks } from './find-leaks.ts'
import type { LeakOptions } from './leak-options.ts'
import type { Leak, LeakKind } from './leak.ts'

/** Opens something and leaves it open; gives what closes it when the test is over. */
export type Seed = () => Closer | Promise<Closer>
export type Closer = () => unknown

/**
 * Runs the seed as the block and expects a leak of this kind, and none else, opened at the line of the test file that is marked
 * `// opened here: <mark>`.
 * @returns the leak, for what else a test claims of it
 */
export async function expectLeak(
  testFile: string,
  mark: string,
  kind: LeakKind,
  seed: Seed,
  options?: LeakOptions,
): Promise<Leak> {
  const closers: Closer[] = []
  onTestFinished(async () => {
    for (const close of closers) await close()
  })
  const report = await findLeaks(async () => void closers.push(await seed()), { settleMs: 100, ...options })
  const file = path.relative(process.cwd(), testFile)
  expect(report.leaks, report.text).not.toEqual([])
  for (const { kind: found, openedAt } of report.leaks) {
    expect(found, report.text).toBe(kind)
    expect(openedAt, report.text).toMatch(new RegExp(`^${file}:${lineOf(testFile, mark)}:\\d+$`))
  }
  return report.leaks[0]!
}

function lineOf(file: string, mark: string): number {
  const lines = readFileSync(file, 'utf8').split('\n')
  const at = lines.findIndex((line) => line.endsWith(`// opened here: ${mark}`))
  if (at === -1) throw new Error(`Cannot find the mark "${mark}" in ${file}`)
  return at + 1
}
