import { nearest } from '../config/nearest.ts'
import type { RecordFormat } from '../sinks/record-format.ts'

/** What a container's own labels say of how it is collected; null where they say nothing. */
export interface LabelSettings {
  /** Whether it is followed, whatever the filters say. */
  readonly enable: boolean | null
  /** How its file is written. */
  readonly format: RecordFormat | null
  /** One sentence for each label that is no good; it is taken as not given. */
  readonly problems: readonly string[]
}

export const NO_LABEL_SETTINGS: LabelSettings = { enable: null, format: null, problems: [] }

/** The settings among a container's labels: those that begin with `watertight.`. */
export function labelSettingsOf(labels: Readonly<Record<string, string>>): LabelSettings {
  const given = Object.entries(labels).filter(([key]) => key.startsWith(PREFIX))
  const chosen = new Map<string, string>()
  const problems: string[] = []
  for (const [key, value] of given) {
    const allowed = ALLOWED.get(key)
    if (allowed?.includes(value) === true) chosen.set(key, value)
    else problems.push(...problemsOf(key, value, allowed))
  }
  const enable = chosen.get(ENABLE)
  const format = chosen.get(FORMAT)
  return {
    enable: enable === undefined ? null : enable === 'true',
    format: format === 'raw' || format === 'json' ? format : null,
    problems,
  }
}

/** Others may have labels of this prefix too: one that is not known is a problem only when it looks misspelt. */
function problemsOf(key: string, value: string, allowed: readonly string[] | undefined): string[] {
  if (allowed !== undefined) {
    const quoted = JSON.stringify(value.slice(0, QUOTED_MAX))
    return [`label ${key}: ${quoted} is not allowed; allowed: ${allowed.join(', ')}`]
  }
  const known = [...ALLOWED.keys()].map((one) => one.slice(PREFIX.length))
  const near = nearest(key.slice(PREFIX.length), known)
  return near === null ? [] : [`unknown label ${key}; did you mean ${PREFIX}${near}?`]
}

const PREFIX = 'watertight.'
const ENABLE = 'watertight.enable'
const FORMAT = 'watertight.format'
const ALLOWED: ReadonlyMap<string, readonly string[]> = new Map([
  [ENABLE, ['true', 'false']],
  [FORMAT, ['raw', 'json']],
])
/** Of a value, characters. */
const QUOTED_MAX = 100
