import type { MultilineConfig } from '../../config/config.ts'
import { digestOf } from './digest.ts'
import { MULTILINE_PRESETS, type LinePattern } from './multiline-presets.ts'
import { seenText } from './seen-text.ts'

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
