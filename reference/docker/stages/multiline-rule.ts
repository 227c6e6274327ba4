import type { MultilineConfig, MultilinePreset } from '../../config/sections/record-settings.ts'
import { digestOf } from './digest.ts'
import { seenText } from './seen-text.ts'

/** Which lines belong together. */
export interface LinePattern {
  /** A line that it matches begins a record. */
  readonly start: RegExp | null
  /** A line that it matches goes on with the record before it; null: any line that begins none. */
  readonly continues: RegExp | null
}

/** Pairs of patterns by name. They look at one line at a time, so that what a line is does not depend on those before it. */
export const MULTILINE_PRESETS: Readonly<Record<MultilinePreset, LinePattern>> = {
  /** A line that begins with white space goes on. */
  indented: { start: null, continues: /^\s/ },
  java: {
    start: null,
    continues: /^\s+(?:at\s|\.{3}\s\d+\s|Suppressed:|Caused by:)|^Caused by:/,
  },
  python: {
    start: null,
    continues:
      /^\s|^$|^Traceback \(most recent call last\):$|^(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Warning|Interrupt|Exit|Iteration|Group)(?::|$)|^(?:During handling of|The above exception was) /,
  },
  go: {
    start: null,
    continues:
      /^\s|^$|^goroutine \d+ \[|^created by |^\[signal |^exit status \d+$|^(?:[\w.*/-]+\.)+[\w.()*{}-]+\(.*\)$/,
  },
}

export function isMultilinePreset(name: string): name is MultilinePreset {
  return Object.hasOwn(MULTILINE_PRESETS, name)
}

/** How lines are joined to records. */
export class MultilineRule {
  readonly timeoutMs: number
  readonly maxLines: number
  readonly maxBytes: number
  /** The same for the same rule, and for no other. */
  readonly digest: string
  readonly #pattern: LinePattern

  constructor(pattern: LinePattern, limits: Pick<MultilineConfig, 'timeoutMs' | 'maxLines' | 'maxBytes'>) {
    const { timeoutMs, maxLines, maxBytes } = limits
    this.#pattern = pattern
    this.timeoutMs = timeoutMs
    this.maxLines = maxLines
    this.maxBytes = maxBytes
    this.digest = digestOf([String(pattern.start), String(pattern.continues), timeoutMs, maxLines, maxBytes])
  }

  /** Whether the line belongs to the record before it, if there is one. */
  continues(bytes: Uint8Array, start: number, end: number): boolean {
    const { start: begins, continues } = this.#pattern
    const text = seenText(bytes, start, end)
    if (begins?.test(text) === true) return false
    return continues === null || continues.test(text)
  }
}

/**
 * The rule for one container; null where each line is a record.
 * @param own what the container's own label says: a pattern, or `off`; null where it says nothing
 */
export function multilineRuleOf(
  config: MultilineConfig,
  own: LinePattern | 'off' | null = null,
): MultilineRule | null {
  const pattern = own ?? patternOf(config)
  return pattern === null || pattern === 'off' ? null : new MultilineRule(pattern, config)
}

function patternOf({ preset, start, continues }: MultilineConfig): LinePattern | null {
  if (preset !== null) return MULTILINE_PRESETS[preset]
  return start === null && continues === null ? null : { start, continues }
}
