import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { selectPhases } from './phases/select-phases.ts'
import { result } from './report/report.test-support.ts'
import { readReport } from './report/run-report.ts'
import { checkRunOptions } from './run-options.ts'
import { phasePlan, plansOf } from './run-plan.ts'
import { RunSession } from './run-session.ts'

const options = checkRunOptions({ engine: 'simulated', subject: 'mine.yaml', seed: '7' })
const plan = phasePlan(selectPhases(['load', 'leak', 'reconnects']), options)

test('the report on disk says at any moment what is known and what is left', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'watertight-session-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const session = new RunSession([plan], [], directory)
  session.finished(plan.runs[0]!, result())
  session.finished(plan.runs[1]!, result({}, true))
  await session.written()
  const { runs, left } = await readReport(path.join(directory, 'report.json'))
  expect(runs.map(({ interrupted }) => interrupted)).toEqual([false, true])
  expect(left).toEqual(plan.runs.slice(1))
  expect(plansOf(left)).toEqual([{ options: plan.options, runs: plan.runs.slice(1) }])
})

test('what was run before is in the report, and what has other options is another plan', () => {
  const docker = phasePlan(selectPhases(['load']), { ...options, engine: 'docker' })
  const session = new RunSession([plan, docker], [result()], null)
  expect(session.report.runs).toHaveLength(1)
  expect(plansOf(session.report.left)).toEqual([plan, docker])
})
