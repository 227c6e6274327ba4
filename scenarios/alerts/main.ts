/**
 * `npm run alerts -- [--out DIR]`: checks the alert rules with promtool. Each recording is made anew by a run of the collector in virtual time; the alerts
 * it names fire on it, and no others. Ends with status 1 when one is not as it should be.
 */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { Command } from 'commander'
import { UsageError } from '../../reference/usage-error.ts'
import { ownFile } from '../own-command.ts'
import { alertRules, metricsIn } from './alert-rules.ts'
import { checkRules, needPromtool, testRules, type Recorded } from './promtool.ts'
import type { Recording } from './recording.ts'
import { RECORDINGS } from './recordings.ts'

const program = new Command('alerts')
  .option('--out <dir>', 'where results go', 'out/alerts')
  .option('--only <name>', 'one recording')
  .parse()
const { out, only } = program.opts<{ out: string; only?: string }>()

async function run(): Promise<number> {
  await needPromtool()
  await checkRules()
  await mkdir(out, { recursive: true })
  const waiting = RECORDINGS.filter(({ name }) => only === undefined || name === only)
    .toSorted((a, b) => b.minutes - a.minutes)
    .values()
  const results: { name: string; pass: boolean }[] = []
  const work = async (): Promise<void> => {
    for (const recording of waiting) {
      const started = performance.now()
      // oxlint-disable-next-line no-await-in-loop -- one after the other, a worker for each processor
      const problem = await recorded(recording).then(
        (series) => testRules(out, series),
        (error: unknown) => String(error),
      )
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      const { name, fires } = recording
      results.push({ name, pass: problem === null })
      process.stdout.write(
        problem === null
          ? `pass ${name}, ${seconds} s: ${fires.length === 0 ? 'no alert' : fires.join(', ')}\n`
          : `FAIL ${name}, ${seconds} s: ${problem}\n`,
      )
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  const failed = results.filter(({ pass }) => !pass).length
  const passed = results.length - failed
  await writeFile(path.join(out, 'alerts.json'), `${JSON.stringify({ passed, failed, results })}\n`)
  return failed === 0 ? 0 : 1
}

/** In a process of its own, because a defect patches the sources while they are loaded. */
async function recorded(recording: Recording): Promise<Recorded> {
  const { name, defect } = recording
  const metrics = alertRules().flatMap(({ expr }) => [...metricsIn(expr)])
  const patching = defect === null ? [] : ['--import', ownFile('property-tests/defects/register')]
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...patching, ownFile('scenarios/alerts/record-main'), name, ...metrics],
    {
      maxBuffer: LARGEST_RECORDING_BYTES,
      env: { ...process.env, ...(defect !== null && { WATERTIGHT_DEFECT: defect }) },
    },
  )
  return { recording, series: JSON.parse(stdout) }
}

const LARGEST_RECORDING_BYTES = 256 * 1024 * 1024

try {
  process.exitCode = await run()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
