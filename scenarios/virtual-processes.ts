import { execFile, type ExecFileException } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { UsageError } from '../reference/usage-error.ts'
import { ownCommand } from './own-command.ts'
import { containerCount, type Phase } from './phase.ts'
import type { RunReport } from './report/run-report.ts'
import type { RunResult } from './report/run-result.ts'

export interface VirtualRunOptions {
  readonly compress: number
  readonly seed: number
  /** A known defect to put back, or `null`. */
  readonly defect: string | null
  readonly signal: AbortSignal
}

/** A phase and how to run it. */
export type VirtualRunRequest = VirtualRunOptions & { readonly phase: Phase }

/**
 * Runs phases on the virtual engine, each in a process of its own and as many at a time as there are processors, the longest first so
 * that none is left alone at the end.
 * @param done told about every result as it comes, with the place of its request
 * @returns the results in the order of the requests
 */
export async function runInProcesses(
  requests: readonly VirtualRunRequest[],
  done: (result: RunResult, index: number) => void,
): Promise<RunResult[]> {
  const results: RunResult[] = []
  const waiting = [...requests.entries()].toSorted(([, a], [, b]) => size(b) - size(a)).values()
  const worker = async (): Promise<void> => {
    for (const [index, request] of waiting) {
      // oxlint-disable-next-line no-await-in-loop -- a worker runs one after the other
      const result = await runInProcess(request)
      results[index] = result
      done(result, index)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  return results
}

/** What the time of a run depends on. */
function size({ phase, compress }: VirtualRunRequest): number {
  return (containerCount(phase) * phase.durationSeconds) / compress
}

async function runInProcess({
  phase,
  compress,
  seed,
  defect,
  signal,
}: VirtualRunRequest): Promise<RunResult> {
  const args = [
    '--engine',
    'virtual',
    '--compress',
    String(compress),
    '--seed',
    String(seed),
    '--json',
    '--quiet',
  ]
  const { command, env } = ownCommand(['run', phase.name, ...args], defect)
  const [program, ...rest] = command
  const report: RunReport = JSON.parse(await outputOf(program, rest, env, signal))
  const [result] = report.runs
  if (result === undefined) throw new Error(`Cannot run ${phase.name}: the report is empty`)
  return result
}

/** What a run printed. Status 1 says that the phase failed, which is a result too, if there is one. @throws UsageError of what the run does not know */
function outputOf(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...env }, signal, maxBuffer: LARGEST_REPORT_BYTES }
    execFile(program, args, options, (error: ExecFileException | null, stdout, stderr) => {
      if (error === null || (error.code === PHASE_FAILED && stdout !== '')) resolve(stdout)
      else if (signal.aborted) reject(signal.reason)
      else if (error.code === MISUSED) reject(new UsageError(stderr.trim()))
      else reject(new Error(`Cannot run ${args.join(' ')}: ${stderr || error.message}`))
    })
  })
}

const PHASE_FAILED = 1
const MISUSED = 2
const LARGEST_REPORT_BYTES = 64 * 1024 * 1024
