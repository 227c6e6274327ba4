import { z } from 'zod'
import type { Refusals } from './refusals.ts'

/** The wanted values of each filter. */
export type Filters = ReadonlyMap<string, readonly string[]>

type FilterRefusals = Pick<Refusals, 'unknownFilter' | 'unreadableFilters'>

const FilterJson = z.record(
  z.string(),
  z.union([z.array(z.string()), z.record(z.string(), z.boolean()).transform((set) => Object.keys(set))]),
)

/**
 * The `filters` of a request: a JSON object of lists, or of sets as `{"value": true}`.
 * @param allowed the filters there are; by default any
 * @throws ApiError when they are none, or one of them is not allowed
 */
export function parseFilters(
  text: string | null,
  refusals: FilterRefusals,
  allowed?: readonly string[],
): Filters {
  if (text === null || text === '') return new Map()
  const result = FilterJson.safeParse(jsonOf(text, refusals))
  if (!result.success) throw refusals.unreadableFilters('json: cannot unmarshal the filters')
  const unknown = Object.keys(result.data).find((name) => allowed?.includes(name) === false)
  if (unknown !== undefined) throw refusals.unknownFilter(unknown)
  return new Map(Object.entries(result.data))
}

/** True when the filter is absent or one of its values passes. */
export function passes(filters: Filters, name: string, isMatch: (value: string) => boolean): boolean {
  const wanted = filters.get(name)
  return wanted === undefined || wanted.length === 0 || wanted.some(isMatch)
}

/** Labels are wanted as `key` or `key=value`, all of them. */
export function passesLabels(filters: Filters, labels: Readonly<Record<string, string>>): boolean {
  return (filters.get('label') ?? []).every((wanted) => {
    const [key = '', ...value] = wanted.split('=')
    return Object.hasOwn(labels, key) && (value.length === 0 || labels[key] === value.join('='))
  })
}

/** As the engine matches names and ids: equal, or found by the value as a regular expression. */
export function matchesText(value: string, text: string): boolean {
  if (value === text) return true
  try {
    return new RegExp(value).test(text)
  } catch {
    return false
  }
}

function jsonOf(text: string, refusals: FilterRefusals): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const first = text.trimStart()[0] ?? ''
    throw refusals.unreadableFilters(`invalid character '${first}' looking for beginning of value`)
  }
}
