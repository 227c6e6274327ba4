import type { Phase } from '../phase.ts'
import { UsageError } from '../../reference/usage-error.ts'
import { PHASES } from './phases.ts'

/**
 * The phases of these names, in the order they were asked for; `all` stands for every one.
 * @throws UsageError naming the wrong name and the right ones.
 */
export function selectPhases(names: readonly string[]): readonly Phase[] {
  if (names.includes('all')) return PHASES
  return names.map((name) => {
    const phase = PHASES.find((candidate) => candidate.name === name)
    if (phase === undefined) throw new UsageError(`Cannot run phase "${name}": expected ${allowed()}`)
    return phase
  })
}

function allowed(): string {
  return `"all" or one of ${PHASES.map((phase) => `"${phase.name}"`).join(', ')}`
}
