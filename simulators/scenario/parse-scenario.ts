import { parseCheckedYaml } from '../../reference/config/checked-yaml.ts'
import type { Scenario } from './scenario.ts'
import { scenarioSchema } from './scenario-schema.ts'
import type { AnyFaultKind } from '../faults/fault.ts'

/**
 * The scenario in a YAML text.
 * @param file named in errors
 * @param kinds the faults that can be ordered
 * @param others containers that are there without the scenario, and may be named in its time line; `any` where nobody knows them, and none can be added
 * @throws UsageError naming file, line, key, value and what is allowed
 */
export function parseScenario<Machine>(
  text: string,
  file: string,
  kinds: readonly AnyFaultKind<Machine>[],
  others: readonly string[] | 'any' = [],
): Scenario<Machine> {
  const { value, errorAt } = parseCheckedYaml(text, scenarioSchema(kinds), { file })
  if (others === 'any') {
    if (value.containers.length === 0) return value
    throw errorAt(['containers'], 'containers: a real engine has its own; allowed: none')
  }
  const names = [...others, ...value.containers.map(({ name }) => name)]
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index)
  if (twice !== -1) {
    const path = ['containers', twice - others.length, 'name']
    throw errorAt(path, `${path.join('.')}: ${names[twice]} is there already`)
  }
  const known = [...names, ...value.timeline.flatMap(({ newName }) => newName ?? [])]
  for (const [index, { container }] of value.timeline.entries()) {
    if (container === null || known.includes(container)) continue
    const path = ['timeline', index, 'container']
    const allowed = known.length === 0 ? 'none, the scenario has no containers' : known.join(', ')
    throw errorAt(path, `${path.join('.')}: ${JSON.stringify(container)} is not allowed; allowed: ${allowed}`)
  }
  return value
}
