import type { Command } from 'commander'
import { provideDocker } from './engines/docker.ts'
import type { PhaseEngine } from './engines/phase-engine.ts'
import { realTimeEngine } from './engines/real-time.ts'
import { provideSimulated } from './engines/simulated.ts'
import { openVirtualEngine } from './engines/virtual.ts'
import { onInterruption } from './interruption.ts'
import type { Phase } from './phase.ts'
import { selectPhases } from './phases/select-phases.ts'
import { conclusionsOf } from './report/conclusions.ts'
import { Progress, SILENT_TARGET } from './report/progress.ts'
import type { RunReport, RunResult } from './report/run-result.ts'
import { verdictTable } from './report/verdict-table.ts'
import { jsonText, writeReport } from './report/write-report.ts'
import {
  checkRunOptions,
  type CheckedRunOptions,
  type ReportOptions,
  type TypedRunOptions,
} from './run-options.ts'
import { runPhase } from './run-phase.ts'
import { readPhaseScenario } from './simulated/phase-scenario.ts'
import { REFERENCE_NAME, referenceSubject } from './subjects/reference.ts'
import { readSubjectFile } from './subjects/subject-file.ts'
import { runInProcesses } from './virtual-processes.ts'

/** `watertight run`: phases on an engine, with a verdict. */
export function registerRunCommand(program: Command): void {
  const command = program
    .command('run')
    .description('run phases and say whether they passed')
    .argument('<phase...>', 'names of phases, or "all"')
    .option(
      '--engine <name>',
      'virtual (in this process, virtual time), simulated (a simulated daemon, real time) or docker',
      'virtual',
    )
    .option(
      '--scenario <file>',
      'faults on a time line (YAML), played during each phase: on simulated as for dockerd, on docker as for proxy',
    )
  addRunOptions(command).action(async (names: string[], typed: TypedRunOptions) => {
    const options = checkRunOptions(typed)
    process.exitCode = (await run([{ phases: selectPhases(names), options }], options)) ? 0 : 1
  })
}

/** The options of {@link TypedRunOptions}, but the engine. */
export function addRunOptions(command: Command): Command {
  return command
    .option('--subject <file>', 'a collector described in a YAML file, not on virtual', REFERENCE_NAME)
    .option('--compress <K>', 'divide durations by K (default: 1 virtual, 60 simulated and docker)')
    .option('--seed <N>', 'same seed, same virtual run', '1')
    .option('--defect <id>', 'put a known defect back, such as B8')
    .option('--out <directory>', 'write report.json and report.html there')
    .option('--json', 'print one JSON object instead of the table')
    .option('--quiet', 'show no progress')
}

/** Phases on one engine. */
export interface RunPlan {
  readonly phases: readonly Phase[]
  readonly options: CheckedRunOptions
}

/**
 * Runs phases one after the other (on the virtual engine side by side), prints the verdict and writes the report.
 * @returns whether all passed
 */
export async function run(plans: readonly RunPlan[], { out, json, quiet }: ReportOptions): Promise<boolean> {
  using interruption = onInterruption()
  const progress = new Progress(quiet ? SILENT_TARGET : process.stderr)
  const runs = await interruption
    .during(runPlans(plans, progress, interruption.signal))
    .finally(() => progress.clear())
  const report: RunReport = { schema: 1, conclusions: conclusionsOf(runs), runs }
  if (out !== null) await writeReport(out, report)
  process.stdout.write(json ? jsonText(report) : `${verdictTable(runs)}\n`)
  return runs.every((result) => result.pass)
}

async function runPlans(
  plans: readonly RunPlan[],
  progress: Progress,
  signal: AbortSignal,
): Promise<RunResult[]> {
  const results: RunResult[] = []
  for (const plan of plans) {
    // oxlint-disable-next-line no-await-in-loop -- side by side they would measure each other
    results.push(...(await runPlan(plan, progress, signal)))
  }
  return results
}

async function runPlan(
  { phases, options }: RunPlan,
  progress: Progress,
  signal: AbortSignal,
): Promise<RunResult[]> {
  const { engine, compress, seed, defect } = options
  if (engine === 'virtual' && (phases.length > 1 || defect !== null)) {
    const requests = phases.map((phase) => ({ phase, compress, seed, defect, signal }))
    return await runInProcesses(requests, (result) =>
      progress.say(`${result.phase}: ${result.pass ? 'passed' : 'FAILED'}`),
    )
  }
  await using world = await openEngine(options, progress)
  const results: RunResult[] = []
  for (const phase of phases) {
    // oxlint-disable-next-line no-await-in-loop -- side by side they would measure each other
    results.push(await runPhase(world, phase, { compress, seed, signal, progress: progress.of(phase.name) }))
  }
  return results
}

async function openEngine(options: CheckedRunOptions, progress: Progress): Promise<PhaseEngine> {
  const { engine, subject, scenario, defect } = options
  if (engine === 'virtual') return openVirtualEngine()
  const chosen = subject === REFERENCE_NAME ? referenceSubject(defect) : await readSubjectFile(subject)
  const read = scenario === null ? null : await readPhaseScenario(scenario)
  const provider =
    engine === 'simulated' ? provideSimulated(read) : await provideDocker(read, (what) => progress.say(what))
  return realTimeEngine(provider, chosen, defect)
}
