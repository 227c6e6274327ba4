import { crc32 } from 'node:zlib'
import { z } from 'zod'

/** A place in a file that is read: behind a whole record. */
export interface FilePlace {
  readonly device: number
  readonly inode: number
  /** Bytes before it. */
  readonly offset: number
  /** {@link checksum} of the last bytes before it, at most {@link CHECKED_BYTES}: the file may be another one by now, or written over. */
  readonly check: number
}

/** Records end with their stamp: so many bytes are in no two places the same, unless a disk has spoilt them. */
export const CHECKED_BYTES = 128

/** Whether the bytes before a place can tell it from others: not those of a spoilt record, NULs. */
export function canTell(bytes: Uint8Array): boolean {
  return bytes.some((byte) => byte !== NUL && byte !== NEWLINE)
}

const NUL = 0
const NEWLINE = 0x0a

export function checksum(bytes: Uint8Array): number {
  return crc32(bytes)
}

const count = z.int().nonnegative()
export const FILE_PLACE: z.ZodType<FilePlace> = z.object({
  device: count,
  inode: count,
  offset: count,
  check: count,
})
