import { z } from 'zod'
import type { Fault, FaultKind, FaultTarget } from './fault.ts'
import type { Parameter } from './parameter.ts'

/** The parameters of a fault that is being defined. */
export type Definitions = Readonly<Record<string, Parameter<never> | Parameter<unknown>>>

/** What code may give. */
export type OptionsOf<P> = {
  readonly [K in keyof P as undefined extends GivenOf<P[K]> ? never : K]: GivenOf<P[K]>
} & {
  readonly [K in keyof P as undefined extends GivenOf<P[K]> ? K : never]?: GivenOf<P[K]>
}

/** What a fault gets, defaults filled in. */
export type ValuesOf<P> = {
  readonly [K in keyof P]: P[K] extends { inCode: z.ZodType<infer Value> } ? Value : never
}

type GivenOf<P> = P extends { inCode: z.ZodType<unknown, infer Given> } ? Given : never

export interface FaultDefinition<P, Machine> {
  readonly name: string
  readonly target: FaultTarget
  readonly description: string
  readonly parameters: P
  /** Makes it go wrong. Returns nothing when it is over at once. */
  readonly inject: (machine: Machine, values: ValuesOf<P>) => Disposable
  readonly lasts: boolean
}

/** A kind of fault, whose orders check their parameters. */
export function defineFault<P extends Definitions, Machine>(
  definition: FaultDefinition<P, Machine>,
): FaultKind<OptionsOf<P>, Machine> {
  const { name, target, description, parameters, lasts, inject } = definition
  const shape = Object.fromEntries(Object.entries(parameters).map(([key, { inCode }]) => [key, inCode]))
  const schema = z.strictObject(shape)
  const order = (options: unknown = {}): Fault<Machine> => {
    const checked = schema.safeParse(options)
    if (!checked.success)
      throw new RangeError(`Cannot order ${name}: ${problemOf(checked.error, options, parameters)}`)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema is made of these parameters' types
    const values = checked.data as ValuesOf<P>
    return { name, inject: (machine) => inject(machine, values) }
  }
  // A function has a name already; it only has to be the right one.
  Object.defineProperty(order, 'name', { value: name })
  return Object.assign(order, { target, description, parameters, lasts })
}

/** What is returned where a fault is over at once. */
export const OVER: Disposable = { [Symbol.dispose]: () => {} }

function problemOf(error: z.ZodError, options: unknown, parameters: Definitions): string {
  const [issue] = error.issues
  if (issue?.code === 'unrecognized_keys') {
    return `unknown parameter ${issue.keys.join(', ')}; allowed: ${Object.keys(parameters).join(', ')}`
  }
  const key = String(issue?.path[0] ?? '')
  const given: unknown = Object(options)[key]
  return `${key}: ${JSON.stringify(given)} is not allowed; allowed: ${issue?.message}`
}
