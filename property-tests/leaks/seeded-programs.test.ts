import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { SEEDED_LEAKS, type SeededFindings } from './seeded-program.ts'

const PROGRAM = path.join(import.meta.dirname, 'seeded-program.ts')
const run = promisify(execFile)
const found = new Set<string>()

test.each(Object.entries(SEEDED_LEAKS))(
  'a program that leaks %s is told the line that opened it, and nothing where it closes it',
  async (name, { kind }) => {
    const { stdout } = await run(process.execPath, [PROGRAM, name])
    const findings: SeededFindings = JSON.parse(stdout)
    expect(findings.invented).toEqual([])
    const places = findings.found.map(({ openedAt }) => openedAt)
    expect(findings.found.map((leak) => leak.kind)).toEqual(places.map(() => kind))
    for (const place of places) expect(place).toMatch(/^property-tests\/leaks\/seeded-program\.ts:\d+:\d+$/)
    if (places.length > 0) found.add(name)
  },
)

test('of 24 kinds of leaks at least 23 are found', () => {
  expect(Object.keys(SEEDED_LEAKS)).toHaveLength(24)
  expect(found.size).toBeGreaterThanOrEqual(23)
})
