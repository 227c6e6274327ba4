import { z } from 'zod'
import type { SourcePosition } from '../dispatch/block.ts'
import type { FilePlace, FinishedFile } from './file-place.ts'

export interface FilePositionParts {
  readonly epoch: number
  readonly records: number
  /** In the file that is being read; null between two of them. */
  readonly place: FilePlace | null
  /** A line whose end was not read yet. */
  readonly partial: Uint8Array
  /** Longer lines were cut at this length, so that ordinals mean nothing under another one. */
  readonly maxLineBytes: number
  /** Files of this log that were read before, the last one last. */
  readonly finished: readonly FinishedFile[]
}

/** Where reading of a log in files resumes: in which of its files, and where in it. Immutable. */
export class FilePosition implements SourcePosition {
  readonly epoch: number
  readonly records: number
  readonly place: FilePlace | null
  readonly partial: Uint8Array
  readonly maxLineBytes: number
  readonly finished: readonly FinishedFile[]

  constructor(parts: FilePositionParts) {
    this.epoch = parts.epoch
    this.records = parts.records
    this.place = parts.place
    this.partial = parts.partial
    this.maxLineBytes = parts.maxLineBytes
    this.finished = parts.finished
  }

  toJSON(): unknown {
    const { epoch, records, place, partial, maxLineBytes, finished } = this
    return {
      epoch,
      records,
      place: place && { ...place, head: base64Of(place.head) },
      partial: base64Of(partial),
      maxLineBytes,
      finished: finished.map(({ device, inode, offset, head, headBytes, tail }) => [
        device,
        inode,
        offset,
        head,
        headBytes,
        tail,
      ]),
    }
  }
}

/** Positions are saved again and again while a long line stays open: its form is made once. */
const FORMS = new WeakMap<Uint8Array, string>()

function base64Of(bytes: Uint8Array): string {
  let form = FORMS.get(bytes)
  if (form === undefined)
    FORMS.set(bytes, (form = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')))
  return form
}

const count = z.int().nonnegative()
const bytes = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')))
// Numbers of devices and inodes may be larger than what is exact.
const identity = { device: z.number(), inode: z.number() }
const FORM = z.object({
  epoch: count,
  records: count,
  place: z.object({ ...identity, offset: count, head: bytes, tail: count }).nullable(),
  partial: bytes,
  maxLineBytes: count,
  finished: z.array(
    z
      // Positions saved by an earlier version have no tail.
      .tuple([z.number(), z.number(), count, count, count, count.nullable().default(null)])
      .transform(([device, inode, offset, head, headBytes, tail]) => ({
        device,
        inode,
        offset,
        head,
        headBytes,
        tail,
      })),
  ),
})

/** Reads what {@link FilePosition.toJSON} gave. @throws Error naming what is wrong. */
export function parseFilePosition(json: unknown): FilePosition {
  const parsed = FORM.safeParse(json)
  if (!parsed.success) throw new Error(`Cannot read the position of a file: ${z.prettifyError(parsed.error)}`)
  return new FilePosition(parsed.data)
}
