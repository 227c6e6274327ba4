import { z } from 'zod'
import { keyOf } from './values.ts'

/** What the keys of a section become. A property leads to the line that declares its key. */
export type SectionValues<Shape> = { readonly [Name in keyof Shape]: Unchangeable<z.output<Shape[Name]>> }

type Unchangeable<Value> = Value extends readonly (infer Item)[] ? readonly Item[] : Value

/**
 * Keys and nothing but them, declared under the names they have in code. Left out or empty it is all defaults.
 *
 * In the file keys are in snake case, and durations have their unit in the value: `readTimeoutMs` is `read_timeout`.
 */
export function section<const Shape extends Readonly<Record<string, z.ZodType>>>(
  shape: Shape,
): z.ZodType<SectionValues<Shape>> {
  const names = Object.keys(shape).map((name) => ({ name, key: keyOf(name) }))
  const keys = z.strictObject(Object.fromEntries(names.map(({ name, key }) => [key, shape[name]!])), {
    error: (issue) => (issue.code === 'invalid_type' ? 'a section with keys' : undefined),
  })
  const named = keys.transform((values) => {
    // Not by assignment in a loop: that makes an object of many keys slow to read and to copy.
    const byName = Object.fromEntries(names.map(({ name, key }) => [name, values[key]]))
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each is what the type under its name made
    return byName as SectionValues<Shape>
  })
  return z.preprocess((value) => value ?? {}, named)
}
