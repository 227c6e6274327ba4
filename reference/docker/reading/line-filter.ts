import { crc32 } from 'node:zlib'

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
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })

  constructor(patterns: LinePatterns) {
    this.#patterns = patterns
    const text = JSON.stringify([patterns.includeLines.map(String), patterns.excludeLines.map(String)])
    this.digest = `${text.length}-${crc32(text).toString(16)}`
  }

  /** @param record without its newline. The patterns see at most its first {@link SEEN_BYTES_MAX} bytes. */
  wants(record: Uint8Array): boolean {
    const { includeLines, excludeLines } = this.#patterns
    const text = this.#decoder.decode(record.subarray(0, SEEN_BYTES_MAX))
    const matches = (pattern: RegExp): boolean => pattern.test(text)
    return !excludeLines.some(matches) && (includeLines.length === 0 || includeLines.some(matches))
  }
}

/** Null where every record is wanted. */
export function lineFilterOf(patterns: LinePatterns): LineFilter | null {
  const { includeLines, excludeLines } = patterns
  return includeLines.length + excludeLines.length === 0 ? null : new LineFilter(patterns)
}

/** A pattern may take time that grows with the square of the length, or worse: nothing else happens meanwhile. */
const SEEN_BYTES_MAX = 16 * 1024
