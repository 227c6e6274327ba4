/** Something lines are read from, such as a container. Lives as long as anything of it is followed or unwritten. */
export interface Source {
  /** Unique and stable: for a container its 64-character id. */
  readonly id: string
  readonly kind: SourceKind
  /** The name it was first seen under, for good: outputs and figures of it keep their names. The one it has now: `currentName`. */
  readonly name: string
  /** What every record of it carries, such as labels and image: chosen by configuration, bounded, named as in attributes.ts. */
  readonly attributes: Readonly<Record<string, string>>
}

export type SourceKind = 'container' | 'file' | 'push'

/** Stream numbers as in Docker's frame header. */
export const STDOUT = 1
export const STDERR = 2

/**
 * Where reading of a source resumes. Immutable. (source id, epoch, ordinal) identifies a record for good: ordinals count all records of the source, and
 * the epoch grows whenever they could mean something else than before: after a gap, and after a change of settings that cuts records differently.
 */
export interface SourcePosition {
  readonly epoch: number
  /** Records delivered before this position, over all epochs. */
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
 *     times     t0      t1      t2      nanoseconds since the Unix epoch
 *
 * A block may hold no record at all: then it only moves the position (a partial line grew).
 */
export interface Block {
  readonly source: Source
  readonly bytes: Uint8Array
  readonly ends: Uint32Array
  readonly streams: Uint8Array
  readonly times: BigInt64Array
  /** Of every record in it: a block never spans two epochs. */
  readonly epoch: number
  /** Ordinal of the first record. */
  readonly firstRecord: number
  /** Where reading resumes once everything up to the end of this block is acknowledged. */
  readonly position: SourcePosition
}
