import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ROOT } from './own-command.ts'
import { readReport } from './report/run-report.ts'

/** For processes that start on a busy machine: it only ends what hangs. */
const LONG_MS = 280_000

interface Run {
  readonly child: ChildProcess
  readonly said: () => string
  readonly printed: () => string
  readonly ended: Promise<number | null>
}

/** @param temporary where it makes its directories */
function start(temporary: string, ...args: readonly string[]): Run {
  const child = spawn(process.execPath, [path.join(ROOT, 'cli.ts'), 'run', ...args], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text
    })
  const ended = once(child, 'close').then(() => child.exitCode)
  return { child, said: () => texts.stderr, printed: () => texts.stdout, ended }
}

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'wt-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

test(
  'a run that is interrupted reports what was seen, leaves nothing behind, and is resumed',
  async () => {
    const [temporary, out] = [await temporaryDirectory(), await temporaryDirectory()]
    // At full length it would take eleven minutes.
    const args = ['idle-stream', '--engine', 'simulated', '--compress', '1', '--out', out]
    const { child, said, printed, ended } = start(temporary, ...args)
    await expect.poll(said, { timeout: LONG_MS }).toMatch(/minute \d\.\d of 11/)
    child.kill('SIGINT')
    expect(await ended).toBe(2)
    expect(said()).toMatch(
      /\nInterrupted: 1 phase is left\. To go on: watertight run --resume \S+report\.json\n$/,
    )
    expect(printed()).toMatch(
      /1 of 1 phases interrupted: idle-stream; \d+ lines written, 0 missing, 0 repeated\n$/,
    )
    expect(await readdir(temporary)).toEqual([])

    const file = path.join(out, 'report.json')
    const { runs, left } = await readReport(file)
    expect(runs).toMatchObject([{ phase: 'idle-stream', interrupted: true, pass: false }])
    expect(left).toMatchObject([{ phase: 'idle-stream', engine: 'simulated', compress: 1 }])

    const resumed = start(temporary, '--resume', file)
    await expect.poll(resumed.said, { timeout: LONG_MS }).toMatch(/idle-stream: starting/)
    resumed.child.kill('SIGINT')
    resumed.child.kill('SIGINT')
    expect(await resumed.ended).toBe(2)
  },
  LONG_MS * 2,
)

test('phases in virtual time that were done when it was interrupted are not run again', async () => {
  const [temporary, out] = [await temporaryDirectory(), await temporaryDirectory()]
  const { child, said, ended } = start(temporary, 'idle-stream', 'load', '--compress', '1', '--out', out)
  await expect.poll(said, { timeout: LONG_MS }).toMatch(/idle-stream passed/)
  child.kill('SIGTERM')
  expect(await ended).toBe(2)
  const { runs, left } = await readReport(path.join(out, 'report.json'))
  expect([runs.map(({ phase }) => phase), left.map(({ phase }) => phase)]).toEqual([
    ['idle-stream'],
    ['load'],
  ])
})

test.each([
  [['--resume', 'none.json'], /^Cannot read the report: ENOENT/],
  [['load', '--resume', 'none.json'], /^Cannot resume and run load: use one of them\n$/],
  [
    ['--resume', 'none.json', '--seed', '7'],
    /^error: option '--resume <report\.json>' cannot be used with option '--seed <N>'\n$/,
  ],
  [[], /^Cannot run: expected names of phases, "all", or --resume FILE\n$/],
])('%j is one sentence', async (args, message) => {
  const { said, ended } = start(await temporaryDirectory(), ...args)
  expect(await ended).toBe(2)
  expect(said()).toMatch(message)
})
