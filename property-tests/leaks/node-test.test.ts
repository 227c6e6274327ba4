import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const PROGRAM = path.join(import.meta.dirname, 'node-test-program.ts')

test('in node:test the matcher passes a block that leaves nothing, and fails one that does with the name of the test and the line that opened', () => {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const args = ['--test', '--test-reporter=tap', PROGRAM]
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8', env })
  expect(status).toBe(1)
  expect(stdout).toMatch(/^ *ok \d+ - that closes its file$/m)
  expect(stdout).toMatch(/^ *not ok \d+ - that leaves it open$/m)
  expect(stdout).toContain('a reader > that leaves it open')
  const line =
    readFileSync(PROGRAM, 'utf8')
      .split('\n')
      .findIndex((text) => text.includes('openSync(')) + 1
  expect(stdout).toContain(`opened at property-tests/leaks/node-test-program.ts:${line}:`)
  expect(stdout).toContain('Cannot watch undefined: toLeakNothing is for a function')
})
