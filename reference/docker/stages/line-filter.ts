import { digestOf } from './digest.ts'
import type { RecordOutput } from './record-output.ts'
import { seenText } from './seen-text.ts'

/** Patterns on the text of a record. One match of a list is enough; exclude wins; without includes everything is wanted that is not excluded. */
export interface LinePatterns {
  readonly includeLines: readonly RegExp[]
  readonly excludeLines: readonly RegExp[]
}

/**
 * Which records are delivered. Records that are not wanted have no ordinal, so the same patterns always give the same record the same one, and other
 * patterns are a change that renumbers: a new epoch.
 */
export class LineFilter {
  /** The same for the same patterns, and for no others. */
  readonly digest: string
  readonly #patterns: LinePatterns

  constructor(patterns: LinePatterns) {
    this.#patterns = patterns
    this.digest = digestOf([patterns.includeLines.map(String), patterns.excludeLines.map(String)])
  }

  /** @param bytes with the record from `start` to `end`, without its newline; see {@link seenText} for what the patterns see. */
  wants(bytes: Uint8Array, start = 0, end: number = bytes.length): boolean {
    const { includeLines, excludeLines } = this.#patterns
    const text = seenText(bytes, start, end)
    const matches = (pattern: RegExp): boolean => pattern.test(text)
    return !excludeLines.some(matches) && (includeLines.length === 0 || includeLines.some(matches))
  }
}

/** Null where every record is wanted. */
export function lineFilterOf(patterns: LinePatterns): LineFilter | null {
  const { includeLines, excludeLines } = patterns
  return includeLines.length + excludeLines.length === 0 ? null : new LineFilter(patterns)
}

/** Passes on the records that are wanted, and tells of each other one. */
export function filtered(filter: LineFilter, output: RecordOutput, onFiltered: () => void): RecordOutput {
  return {
    push(stream, stamps, stampStart, bytes, start, end) {
      if (filter.wants(bytes, start, end)) output.push(stream, stamps, stampStart, bytes, start, end)
      else onFiltered()
    },
  }
}
