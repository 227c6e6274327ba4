import type { CollectorConfig } from './config.ts'
import { parseConfig } from './parse-config.ts'

/** Any part of a configuration. Lists, and what may be null, are whole. */
export type PartialConfig<T = CollectorConfig> = {
  readonly [Key in keyof T]?: null extends T[Key]
    ? T[Key]
    : T[Key] extends readonly unknown[] | string | number | boolean
      ? T[Key]
      : PartialConfig<T[Key]>
}

/** Parsed when first asked for: a property makes a configuration a case. */
let defaults: CollectorConfig | undefined

/** The defaults with a part of them replaced. */
export function completeConfig(partial: PartialConfig): CollectorConfig {
  defaults ??= parseConfig('', { file: 'defaults', env: {} })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the part has the shape of what it replaces
  return replaced(defaults, partial) as CollectorConfig
}

function replaced(whole: unknown, part: unknown): unknown {
  if (!isSection(whole) || !isSection(part)) return part
  const result: Record<string, unknown> = { ...whole }
  for (const key of Object.keys(part)) result[key] = replaced(whole[key], part[key])
  return result
}

function isSection(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
