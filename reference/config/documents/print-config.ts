import { stringify } from 'yaml'
import { isRecord } from '../environment.ts'
import { describeKeys, type KeyDescription } from './key-description.ts'

/** Stands for a secret. */
export const HIDDEN = '(hidden)'

/**
 * A complete configuration as YAML: what was said, with the defaults of what was not.
 * @param said by the file and the environment, under the file's keys, and checked
 */
export function printConfig(said: unknown): string {
  return stringify(completed(describeKeys(), said), { singleQuote: true, lineWidth: 0 })
}

function completed(keys: readonly KeyDescription[], said: unknown): Record<string, unknown> {
  const given = isRecord(said) ? said : {}
  return Object.fromEntries(
    keys.map((key) => {
      if (key.keys !== null) return [key.key, completed(key.keys, given[key.key])]
      const value = given[key.key] ?? key.usual
      return [key.key, key.secret ? hidden(value) : value]
    }),
  )
}

function hidden(value: unknown): unknown {
  if (value === null) return null
  if (!isRecord(value)) return HIDDEN
  return Object.fromEntries(Object.keys(value).map((key) => [key, HIDDEN]))
}
