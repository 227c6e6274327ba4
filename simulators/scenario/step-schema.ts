import { z } from 'zod'
import { durationOrZero, keyOf } from '../../reference/config/values.ts'
import type { AnyFaultKind, Fault } from '../faults/fault.ts'
import type { Parameter } from '../faults/parameter.ts'
import type { ScenarioStep } from './scenario.ts'

const DAY_MS = 86_400_000
const moment = durationOrZero.refine((ms) => ms <= DAY_MS, { error: 'a duration up to 24h' })
const period = durationOrZero.refine((ms) => ms > 0 && ms <= DAY_MS, {
  error: 'a duration up to 24h, more than 0',
})

/**
 * One step of a time line: `at`, `do` with the name of the fault, its parameters in snake case and without `_ms`, and, where the fault lasts,
 * `for`.
 */
export function stepSchema<Machine>(
  kind: AnyFaultKind<Machine>,
): z.ZodType<ScenarioStep<Machine>> & z.core.$ZodTypeDiscriminable {
  const keys = Object.entries<Parameter<unknown>>(kind.parameters).map(([name, parameter]) => ({
    name,
    key: keyOf(name),
    ...parameter,
  }))
  const shape = Object.fromEntries(keys.map(({ key, allowed, inFile }) => [key, inFile.describe(allowed)]))
  const lasting = kind.lasts ? { for: period.optional() } : {}
  const object = z.strictObject({ at: moment, do: z.literal(kind.name), ...lasting, ...shape })
  return object.describe(kind.description).transform((step) => {
    const given: Readonly<Record<string, unknown>> = step
    const options = Object.fromEntries(keys.map(({ name, key }) => [name, given[key]]))
    return {
      atMs: step.at,
      forMs: typeof given['for'] === 'number' ? given['for'] : null,
      fault: order(kind, options),
      container: typeof given['container'] === 'string' ? given['container'] : null,
      newName: typeof given['to'] === 'string' && 'container' in given ? given['to'] : null,
    }
  })
}

function order<Machine>(kind: AnyFaultKind<Machine>, options: object): Fault<Machine> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema is made of this kind's parameters
  return kind(options as never)
}
