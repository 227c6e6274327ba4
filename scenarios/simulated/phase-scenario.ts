import { readFile } from 'node:fs/promises'
import { messageOf } from '../../reference/errors.ts'
import { UsageError } from '../../reference/usage-error.ts'
import { ENGINE_FAULTS, parseScenario, type EngineMachine, type Scenario } from '../../simulators/index.ts'

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
): Scenario<EngineMachine> {
  const { file, text } = scenario ?? { file: 'no scenario', text: '{}' }
  return parseScenario(text, file, ENGINE_FAULTS, names)
}
