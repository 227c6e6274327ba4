import { readFile } from 'node:fs/promises'
import { messageOf } from '../../reference/errors.ts'
import { UsageError } from '../../reference/usage-error.ts'
import {
  ENGINE_FAULTS,
  parseScenario,
  PROXY_FAULTS,
  SINK_FAULTS,
  type EngineMachine,
  type Scenario,
  type ScenarioStep,
  type SinkMachine,
  type WireMachine,
} from '../../simulators/index.ts'

/** A scenario file, played during a phase: its time line counts from where the phase's clock starts, in real time. */
export interface PhaseScenario {
  /** For messages. */
  readonly file: string
  readonly text: string
}

/** @throws UsageError when it cannot be read */
export async function readPhaseScenario(file: string): Promise<PhaseScenario> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(`Cannot read the scenario: ${messageOf(error)}`)
  })
  return { file, text }
}

/**
 * What goes wrong during a phase. Without a scenario nothing does.
 * @param names of the phase's containers, which the time line may name besides the scenario's own
 * @throws UsageError naming file, line, key, value and what is allowed
 */
export function scenarioOf(
  scenario: PhaseScenario | null,
  names: readonly string[],
): Scenario<EngineMachine & SinkMachine> {
  const { file, text } = scenario ?? { file: 'no scenario', text: '{}' }
  return parseScenario<EngineMachine & SinkMachine>(text, file, [...ENGINE_FAULTS, ...SINK_FAULTS], names)
}

/**
 * The same where the engine is a real one, and what goes wrong with it does so before it.
 * @throws UsageError as {@link scenarioOf}, and where it has containers of its own
 */
export function timelineBeforeEngine(
  scenario: PhaseScenario | null,
  names: readonly string[],
): readonly ScenarioStep<WireMachine & SinkMachine>[] {
  if (scenario === null) return []
  const { file, text } = scenario
  const kinds = [...PROXY_FAULTS, ...SINK_FAULTS]
  const { containers, timeline } = parseScenario<WireMachine & SinkMachine>(text, file, kinds, names)
  if (containers.length === 0) return timeline
  throw new UsageError(`${file}: containers: a real engine has those of the phase; leave them out`)
}

/** What a scenario calls a container of a phase, which on an engine that others use has the run in its name too. */
export function nameInScenario(name: string): string {
  return name.replace(/^wt-[0-9a-f]{6}-/, 'wt-')
}

/** The subject ships to a sink outside of the daemon: these steps are played there. */
export function isForSink(step: PhaseStep): step is ScenarioStep<SinkMachine> {
  return SINK_FAULT_NAMES.has(step.fault.name)
}

/** The others are played by the daemon. */
export function isForEngine(step: PhaseStep): step is ScenarioStep<EngineMachine> {
  return !isForSink(step)
}

/** Told of a step that could not be played. */
export function reportProblem(problem: string): void {
  process.stderr.write(`${problem}\n`)
}

/** A step of the time line of a phase. */
export type PhaseStep = ScenarioStep<EngineMachine & SinkMachine>

const SINK_FAULT_NAMES: ReadonlySet<string> = new Set(SINK_FAULTS.map(({ name }) => name))
