import type { Command } from 'commander'
import { onInterruption } from './interruption.ts'
import { selectPhases } from './phases/select-phases.ts'
import { Progress } from './report/progress.ts'
import type { RunResult } from './report/run-result.ts'
import { verdictTable } from './report/verdict-table.ts'
import { runInProcesses, type VirtualRunRequest } from './virtual-processes.ts'

/** `watertight start`: each of the quick phases in virtual time, and one of them again with a defect put back, which must fail. */
export function registerStartCommand(program: Command): void {
  program
    .command('start')
    .description('run each of the quick phases in virtual time, then show that a known defect is caught')
    .action(async () => {
      process.exitCode = (await start()) ? 0 : 1
    })
}

async function start(): Promise<boolean> {
  using interruption = onInterruption()
  const progress = new Progress(process.stderr)
  const requests = requestsOf(interruption.signal)
  let done = 0
  const running = runInProcesses(requests, (result) => {
    done += 1
    progress.say(`${done} of ${requests.length}: ${title(result)} ${result.pass ? 'passed' : 'failed'}`)
  })
  const results = await interruption.during(running).finally(() => progress.clear())
  const honest = results.filter((result) => result.defect === null)
  const defective = results.filter((result) => result.defect !== null)
  process.stdout.write(`${verdictTable(honest)}\n\n${defective.map(demonstration).join('\n')}\n`)
  return honest.every((result) => result.pass) && defective.every((result) => !result.pass)
}

function requestsOf(signal: AbortSignal): VirtualRunRequest[] {
  const options = { compress: 1, seed: 1, signal }
  return [
    ...selectPhases(QUICK).map((phase) => ({ ...options, phase, defect: null })),
    ...selectPhases([DEMONSTRATION.phase]).map((phase) => ({
      ...options,
      phase,
      defect: DEMONSTRATION.defect,
    })),
  ]
}

function title({ phase, defect }: RunResult): string {
  return defect === null ? phase : `${phase} with defect ${defect}`
}

function demonstration(result: RunResult): string {
  const verdict = result.pass
    ? 'expected to fail: it did NOT, so the testbed is blind'
    : 'expected to fail: it did'
  const evidence = result.criteria
    .filter(({ pass }) => pass === false)
    .flatMap(({ description, evidence: sentences }) => [
      `  FAIL ${description}`,
      ...sentences.flatMap((text) =>
        text
          .split('\n')
          .slice(0, LINES_SHOWN)
          .map((line) => `       ${line}`),
      ),
    ])
  return [`${title(result)}: ${verdict}`, ...evidence].join('\n')
}

/** The others are run for themselves: some take longer, and each of the rest puts one kind of trouble on a collector. */
const QUICK = [
  'rotation-continuity',
  'idle-stream',
  'leak',
  'regression',
  'load',
  'load-retest',
  'hung-engine',
  'reconnects',
]

/** What is wrong, and the tasks concerned. */
const LINES_SHOWN = 4

/** The bug this project began with: the reader blocks in a read, so the first rotation hangs. */
const DEMONSTRATION = { phase: 'idle-stream', defect: 'B8' }
