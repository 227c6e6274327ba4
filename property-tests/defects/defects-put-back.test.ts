import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { findDefect } from './catalogue.ts'
import { isGood, reportDefects } from './defects-report.ts'
import { SuitePool } from './suite-pool.ts'
import { runUnitSuite } from './unit-suite.ts'

const root = path.join(import.meta.dirname, '..', '..')

describe('a run', () => {
  test('into which no patch was loaded ends with status 3', () => {
    const { status, stderr } = runNode('B8', '')
    expect(status).toBe(3)
    expect(stderr).toMatch(/B8 was not applied: never loaded were .*stream-turn\.ts/)
  })

  test('into which the patch was loaded ends with its own status', () => {
    expect(
      runNode('B8', 'await import("./reference/docker/stream-turn.ts"); process.exitCode = 7').status,
    ).toBe(7)
  })

  test('with an unknown defect names those there are', () => {
    expect(() => findDefect('B0')).toThrow(/"B0" back: known are B7, B8, B9, B10, B/)
    expect(runNode('B0', '').status).not.toBe(0)
  })

  test('that does not get to a result is an error, not a defect caught', async () => {
    using pool = new SuitePool(1)
    await expect(pool.run('B0', ['idle-stream'])).rejects.toThrow(/did not run: .*known are/)
    const [result] = await pool.run('B8', ['idle-stream'])
    expect(result?.failure).toMatch(/^I/)
    const [clean] = await pool.run(null, ['idle-stream'])
    expect(clean?.failure).toBeNull()
  })
})

describe('patched modules', () => {
  test('are new where the patch is; what does not import it is one for all', () => {
    const { stdout } = inPatched(
      'export function messageOf',
      'export const loud = 1; export function messageOf',
      `
      const patched = await import(modules.address('reference/errors.ts', 'V'))
      const own = await import('./reference/errors.ts')
      modules.assertApplied('V')
      console.log(patched.loud, own.loud)`,
    )
    expect(stdout).toBe('1 undefined\n')
  })

  test('of which the patched one was never loaded say nothing', () => {
    const { stderr } = inPatched('x', 'y', `modules.assertApplied('V')`)
    expect(stderr).toMatch(/V was not applied: never loaded were reference\/errors\.ts/)
  })

  test('whose patch does not match are an error', () => {
    const { stderr } = inPatched(
      'nothing like it',
      '',
      `await import(modules.address('reference/errors.ts', 'V'))`,
    )
    expect(stderr).toMatch(/found it 0 times/)
  })
})

test('a defect of the idle stream and one that only a unit test shows are caught, and the sources as they are pass', async () => {
  const done: string[] = []
  const report = await reportDefects([findDefect('B10'), findDefect('B166')], {
    processes: 1,
    onDone: (what) => done.push(what),
  })
  expect(report).toMatchObject({
    schema: 1,
    defects: [
      { id: 'B10', caught: true, caughtBy: ['idle-stream', 'ordinary-day'], unitOnly: false, cases: 2 },
      { id: 'B166', caught: true, caughtBy: ['unit'], unitOnly: true, cases: 1 },
    ],
    clean: { cases: 3, falseAlarms: 0, failures: [] },
  })
  expect(done).toEqual(['the unit tests', 'B10', 'B166', 'without a defect'])
  expect(isGood(report)).toBe(true)
})

test('a unit test that passes although the defect was put back is named, and that is not good', async () => {
  const other = {
    file: 'reference/sinks/local-file/file-name.test.ts',
    test: 'an ordinary name stays as it is',
  }
  const report = await reportDefects([{ ...findDefect('B83'), caughtBy: [other] }], { processes: 1 })
  expect(report.defects[0]).toMatchObject({ caught: false, missedBy: [`${other.file}: ${other.test}`] })
  expect(isGood(report)).toBe(false)
})

test('a title that names no unit test is an error, not a defect caught', async () => {
  const none = { file: 'reference/sinks/local-file/file-name.test.ts', test: 'there is no such test' }
  await expect(runUnitSuite([{ ...findDefect('B83'), caughtBy: [none] }], { clean: false })).rejects.toThrow(
    /Of B83 no unit test ran whose title contains "there is no such test"/,
  )
})

function runNode(defect: string, script: string): { status: number | null; stderr: string } {
  const args = ['--import', './property-tests/defects/register.ts', '--input-type=module', '-e', script]
  const env = { ...process.env, WATERTIGHT_DEFECT: defect }
  return spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' })
}

/** Runs a script with `modules`, in which variant `V` has a patch of `reference/errors.ts`. Not in here: Vitest loads modules in its own way. */
function inPatched(find: string, replace: string, script: string): { stdout: string; stderr: string } {
  const variants = [{ id: 'V', patches: [{ file: 'reference/errors.ts', find, replace }] }]
  const program = `import { PatchedModules } from './property-tests/defects/patched-modules.ts'
    const modules = new PatchedModules(${JSON.stringify(variants)})
    ${script}`
  return spawnSync(process.execPath, ['--input-type=module', '-e', program], { cwd: root, encoding: 'utf8' })
}
