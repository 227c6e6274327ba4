import { nearest } from '../config/nearest.ts'
import { MULTILINE_PRESET_NAMES } from '../config/sections/record-settings.ts'
import { isPattern } from '../config/values.ts'
import { isMultilinePreset, MULTILINE_PRESETS, type LinePattern } from './stages/multiline-rule.ts'
import type { RecordFormat } from '../sinks/record-format.ts'

/** What a container's own labels say of how it is collected; null where they say nothing. */
export interface LabelSettings {
  /** Whether it is followed, whatever the filters say. */
  readonly enable: boolean | null
  /** How its file is written. */
  readonly format: RecordFormat | null
  /** Names of the sinks that its records go to. */
  readonly sinks: readonly string[] | null
  /** Which of its lines are joined to one record. */
  readonly multiline: LinePattern | 'off' | null
  /** Instead of those of the configuration. */
  readonly includeLines: readonly RegExp[] | null
  /** Beside those of the configuration. */
  readonly excludeLines: readonly RegExp[] | null
  /** One sentence for each label that is no good; it is taken as not given. */
  readonly problems: readonly string[]
}

export const NO_LABEL_SETTINGS: LabelSettings = {
  enable: null,
  format: null,
  sinks: null,
  multiline: null,
  includeLines: null,
  excludeLines: null,
  problems: [],
}

/**
 * The settings among a container's labels: those that begin with `watertight.`.
 * @param sinks names of the sinks there are
 */
export function labelSettingsOf(
  labels: Readonly<Record<string, string>>,
  sinks: readonly string[],
): LabelSettings {
  const problems: string[] = []
  const given = Object.entries(labels).filter(([label]) => label.startsWith(PREFIX))
  const chosen: Partial<Omit<LabelSettings, 'problems'>> = {}
  for (const [label, value] of given) {
    const key = label.slice(PREFIX.length)
    const kind = KINDS.get(key)
    if (kind === undefined) problems.push(...misspelling(key))
    else {
      const read = kind.read(value, sinks)
      if (read !== null) Object.assign(chosen, read)
      else problems.push(refusal(label, value, kind.allowed(sinks)))
    }
  }
  return { ...NO_LABEL_SETTINGS, ...chosen, problems }
}

/** What a label sets. */
interface Kind {
  /** Null when the value is no good. */
  readonly read: (value: string, sinks: readonly string[]) => Partial<Omit<LabelSettings, 'problems'>> | null
  readonly allowed: (sinks: readonly string[]) => string
}

const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  [
    'enable',
    {
      read: (value) => (value === 'true' || value === 'false' ? { enable: value === 'true' } : null),
      allowed: () => 'true, false',
    },
  ],
  [
    'format',
    {
      read: (value) => (value === 'raw' || value === 'json' ? { format: value } : null),
      allowed: () => 'raw, json',
    },
  ],
  [
    'sink',
    {
      read: (value, sinks) => {
        const names = value.split(',').map((name) => name.trim())
        return names.every((name) => sinks.includes(name)) ? { sinks: names } : null
      },
      allowed: (sinks) => `one or more of ${sinks.join(', ')}, with commas; all of them get its lines`,
    },
  ],
  [
    'multiline',
    {
      read: (value) => {
        if (value === 'off') return { multiline: 'off' }
        if (isMultilinePreset(value)) return { multiline: MULTILINE_PRESETS[value] }
        const start = patternOf(value)
        return start === null ? null : { multiline: { start, continues: null } }
      },
      allowed: () =>
        `off, ${MULTILINE_PRESET_NAMES.join(', ')}, or a regular expression on the first line of a record`,
    },
  ],
  ['include_lines', { read: (value) => patternsOf('includeLines', value), allowed: aPattern }],
  ['exclude_lines', { read: (value) => patternsOf('excludeLines', value), allowed: aPattern }],
])

function patternsOf(
  key: 'includeLines' | 'excludeLines',
  value: string,
): Partial<Omit<LabelSettings, 'problems'>> | null {
  const pattern = patternOf(value)
  return pattern === null ? null : { [key]: [pattern] }
}

function patternOf(value: string): RegExp | null {
  return value !== '' && value.length <= PATTERN_MAX && isPattern(value) ? new RegExp(value) : null
}

function aPattern(): string {
  return 'a regular expression'
}

function refusal(label: string, value: string, allowed: string): string {
  return `label ${label}: ${JSON.stringify(value.slice(0, QUOTED_MAX))} is not allowed; allowed: ${allowed}`
}

/** Others may have labels of this prefix too: one that is not known is a problem only when it looks misspelt. */
function misspelling(key: string): string[] {
  const near = nearest(key, [...KINDS.keys()])
  return near === null ? [] : [`unknown label ${PREFIX}${key}; did you mean ${PREFIX}${near}?`]
}

const PREFIX = 'watertight.'
/** Of a value, characters. */
const QUOTED_MAX = 100
/** Of a pattern in a label, characters. */
const PATTERN_MAX = 1000
