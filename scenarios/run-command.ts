import type { Command } from 'commander'
import { Option } from 'commander'
import path from 'node:path'
import { UsageError } from '../reference/usage-error.ts'
import type { AvailableEngine } from './docker/engine-process.ts'
import type { PhaseEngine } from './engines/phase-engine.ts'
import { realTimeEngine } from './engines/real-time.ts'
import { SharedEngine } from './engines/shared-engine.ts'
import { provideSimulated } from './engines/simulated.ts'
import { openVirtualEngine } from './engines/virtual.ts'
import { onInterruption, type Interruption } from './interruption.ts'
import { offeredPhases } from './phases/offered-phases.ts'
import { selectPhases } from './phases/select-phases.ts'
import { Progress, SILENT_TARGET } from './report/progress.ts'
import { jsonText, readReport, type PlannedRun } from './report/run-report.ts'
import type { RunResult } from './report/run-result.ts'
import { verdictTable } from './report/verdict-table.ts'
import { checkRunOptions, type ReportOptions, type TypedRunOptions } from './run-options.ts'
import { runPhase } from './run-phase.ts'
import { phaseOf, phasePlan, plansOf, type PhasePlan } from './run-plan.ts'
import { RunSession } from './run-session.ts'
import { readPhaseScenario } from './simulated/phase-scenario.ts'
import { REFERENCE_NAME, referenceSubject } from './subjects/reference.ts'
import { REFERENCE_IMAGE } from './subjects/reference-image.ts'
import type { Subject } from './subjects/subject.ts'
import { readSubjectFile } from './subjects/subject-file.ts'
import { runInProcesses } from './virtual-processes.ts'

/** `watertight run`: phases on an engine, with a verdict. */
export function registerRunCommand(program: Command): void {
  const command = program
    .command('run')
    .description('run phases and say whether they passed')
    .argument('[phase...]', 'names of phases, or "all"')
    .option(
      '--engine <name>',
      'virtual (in this process, virtual time), simulated (a simulated daemon, real time) or docker',
      'virtual',
    )
    .option(
      '--scenario <file>',
      'faults on a time line (YAML), played during each phase: on simulated as for dockerd, on docker as for proxy',
    )
    .addOption(
      new Option('--resume <report.json>', 'run what an interrupted run has left').conflicts([
        'engine',
        'scenario',
        'subject',
        'compress',
        'seed',
        'defect',
      ]),
    )
  addRunOptions(command).action(async (names: string[], typed: TypedRunOptions & { resume?: string }) => {
    process.exitCode = (await runOrResume(names, typed)) ? 0 : 1
  })
}

async function runOrResume(
  names: readonly string[],
  typed: TypedRunOptions & { resume?: string },
): Promise<boolean> {
  const options = checkRunOptions(typed)
  if (typed.resume !== undefined) return await resume(typed.resume, names, options)
  if (names.length === 0)
    throw new UsageError('Cannot run: expected names of phases, "all", or --resume FILE')
  const leave = (why: string): void => {
    if (!names.includes('all')) throw new UsageError(why)
    process.stderr.write(`${why}\n`)
  }
  return await run([phasePlan(offeredPhases(selectPhases(names), options.engine, leave), options)], options)
}

/** The report goes where it was, unless it is said where. */
async function resume(file: string, names: readonly string[], options: ReportOptions): Promise<boolean> {
  if (names.length > 0) throw new UsageError(`Cannot resume and run ${names.join(' ')}: use one of them`)
  const { runs, left } = await readReport(file)
  if (left.length === 0) throw new UsageError(`Cannot resume ${file}: all of it was run`)
  const complete = runs.filter(({ interrupted }) => !interrupted)
  return await run(plansOf(left), { ...options, out: options.out ?? path.dirname(file) }, complete)
}

/** The options of {@link TypedRunOptions}, but the engine. */
export function addRunOptions(command: Command): Command {
  return command
    .option(
      '--subject <file>',
      `a collector described in a YAML file, or ${REFERENCE_IMAGE.name}; not on virtual`,
      REFERENCE_NAME,
    )
    .option('--compress <K>', 'divide durations by K (default: 1 virtual, 60 simulated and docker)')
    .option('--seed <N>', 'same seed, same virtual run', '1')
    .option('--defect <id>', 'put a known defect back, such as B8')
    .option('--out <directory>', 'write report.json, report.html and junit.xml there')
    .option('--json', 'print one JSON object instead of the table')
    .option('--quiet', 'show no progress')
}

/**
 * Runs phases one after the other (on the virtual engine side by side), prints the verdict and writes the report: also when it is interrupted, of what was
 * seen until then.
 * @param before results of runs that are not run again
 * @returns whether all passed
 * @throws UsageError when it was interrupted: it says how to go on
 */
export async function run(
  plans: readonly PhasePlan[],
  { out, json, quiet }: ReportOptions,
  before: readonly RunResult[] = [],
): Promise<boolean> {
  using interruption = onInterruption()
  const progress = new Progress(quiet ? SILENT_TARGET : process.stderr)
  const session = new RunSession(plans, before, out)
  const say = (): void =>
    progress.say('Interrupted: what was begun is ended in its order; once more gives it up')
  interruption.signal.addEventListener('abort', say)
  try {
    await runPlans(session, progress, interruption)
  } catch (error) {
    if (!interruption.signal.aborted) throw error
  } finally {
    interruption.signal.removeEventListener('abort', say)
    progress.clear()
  }
  await session.written()
  const { report } = session
  process.stdout.write(json ? jsonText(report) : `${verdictTable(report.runs)}\n`)
  if (report.left.length > 0) throw new UsageError(interruptedText(report.left, out))
  return report.runs.every((result) => result.pass)
}

function interruptedText(left: readonly PlannedRun[], out: string | null): string {
  const phases = `${left.length} ${left.length === 1 ? 'phase is' : 'phases are'} left`
  if (out === null) return `Interrupted: ${phases}. With --out DIR a run can be resumed`
  return `Interrupted: ${phases}. To go on: watertight run --resume ${path.join(out, 'report.json')}`
}

async function runPlans(session: RunSession, progress: Progress, interruption: Interruption): Promise<void> {
  // Its modules want packages that only Docker needs.
  const find = async (): Promise<AvailableEngine> =>
    await (await import('./docker/private-engine.ts')).availableEngine((what) => progress.say(what))
  await using docker = new SharedEngine(find)
  for (const plan of session.left) {
    if (interruption.signal.aborted) return
    // oxlint-disable-next-line no-await-in-loop -- side by side they would measure each other
    await runPlan(plan, docker, session, progress, interruption)
  }
}

async function runPlan(
  { options, runs }: PhasePlan,
  docker: SharedEngine,
  session: RunSession,
  progress: Progress,
  { signal: stop, force }: Interruption,
): Promise<void> {
  const { engine, compress, seed, defect } = options
  if (engine === 'virtual' && (runs.length > 1 || defect !== null)) {
    const requests = runs.map((one) => ({ phase: phaseOf(one), compress, seed, defect, signal: stop }))
    let done = 0
    await runInProcesses(requests, (result, index) => {
      done += 1
      session.finished(runs[index]!, result)
      progress.say(`${done} of ${runs.length}: ${result.phase} ${result.pass ? 'passed' : 'FAILED'}`)
    })
    return
  }
  await using world = await openEngine(options, docker)
  for (const [index, one] of runs.entries()) {
    if (stop.aborted) return
    const name = runs.length === 1 ? one.phase : `${one.phase} (${index + 1} of ${runs.length})`
    const how = { compress, seed, signal: force, stop, progress: progress.of(name) }
    // oxlint-disable-next-line no-await-in-loop -- side by side they would measure each other
    session.finished(one, await runPhase(world, phaseOf(one), how))
  }
}

async function chosenSubject(subject: string, defect: string | null): Promise<Subject> {
  if (subject === REFERENCE_NAME) return referenceSubject(defect)
  return subject === REFERENCE_IMAGE.name ? REFERENCE_IMAGE : await readSubjectFile(subject)
}

async function openEngine(options: PhasePlan['options'], docker: SharedEngine): Promise<PhaseEngine> {
  const { engine, subject, scenario, defect } = options
  if (engine === 'virtual') return openVirtualEngine()
  const chosen = await chosenSubject(subject, defect)
  const read = scenario === null ? null : await readPhaseScenario(scenario)
  const provider =
    engine === 'simulated'
      ? provideSimulated(read)
      : await (await import('./engines/docker.ts')).provideDocker(await docker.get(), read)
  return realTimeEngine(provider, chosen, defect)
}
