/** Something lines are read from, such as a container. Lives as long as anything of it is followed or unwritten. */
export interface Source {
  /** Unique and stable: for a container its 64-character id. */
  readonly id: string
  readonly kind: 'container'
  /** The name it was first seen under; a container renamed while followed keeps it. */
  readonly name: string
}

/** Length of a stamp: RFC 3339 with nine decimals in UTC, `2026-11-21T01:17:37.000000000Z`. */
export const STAMP_BYTES = 30

/** Stream numbers as in Docker's frame header. */
export const STDOUT = 1
export const STDERR = 2

/**
 * Where reading of a source resumes. Immutable. `records` and `messages` count what was delivered before it, so
 * (source id, ordinal) identifies a record for good.
 */
export interface SourcePosition {
  /** Records delivered before this position. */
  readonly records: number
  /** The form kept on disk. */
  toJSON(): unknown
}

/**
 * A run of consecutive records of one source, as columns: bytes, not one object per line.
 *
 *     bytes    |hello\n|world\n|\n|      every record ends in exactly one newline
 *     ends      6       12      13       offset behind each record
 *     streams   1       2       1
 *     stamps   |30 bytes|30 bytes|30 bytes|
 *
 * A block may hold no record at all: then it only moves the position (a partial line grew).
 */
export interface Block {
  readonly source: Source
  readonly bytes: Uint8Array
  readonly ends: Uint32Array
  readonly streams: Uint8Array
  readonly stamps: Uint8Array
  /** Ordinal of the first record. */
  readonly firstRecord: number
  /** Where reading resumes once everything up to the end of this block is acknowledged. */
  readonly position: SourcePosition
}

/** Memory a block holds, bytes: what the queue's bound counts. */
export function blockBytes(block: Block): number {
  return (
    block.bytes.byteLength +
    block.ends.byteLength +
    block.streams.byteLength +
    block.stamps.byteLength +
    BLOCK_OVERHEAD
  )
}

/** Objects and position of a block (its ring of 50 keys among them), estimated. */
const BLOCK_OVERHEAD = 1024
