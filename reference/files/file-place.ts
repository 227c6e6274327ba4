import { crc32 } from 'node:zlib'

/**
 * A place in a file, and how to know that file again. The name says nothing: it goes to another file at every rotation. Device and inode tell one file from
 * another as long as it is there; once it is gone its inode may be given to a new one, and a file that is cut keeps it. So the contents are compared too:
 * how the file begins (the whole of it, while it is short), and what lies before the place.
 */
export interface FilePlace {
  readonly device: number
  readonly inode: number
  /** Bytes of the file that were read. */
  readonly offset: number
  /** How it begins: as much of it as was read, at most {@link HEAD_BYTES}. */
  readonly head: Uint8Array
  /** Checksum of the last {@link TAIL_BYTES} bytes before the place; of fewer, where there are no more. */
  readonly tail: number
}

/** A file that was read to its end and given up, so that it is not read again under another name. */
export interface FinishedFile {
  readonly device: number
  readonly inode: number
  readonly offset: number
  /** Checksum of how it begins. */
  readonly head: number
  /** How many bytes that are. */
  readonly headBytes: number
  /** As in {@link FilePlace}; null where it is not known. */
  readonly tail: number | null
}

/** What tells files apart. */
export interface FileIdentity {
  readonly device: number
  readonly inode: number
}

/** The beginning of a file of which nothing was read. */
export function beginningOf({ device, inode }: FileIdentity): FilePlace {
  return { device, inode, offset: 0, head: NOTHING, tail: 0 }
}

export function isSameFile(a: FileIdentity, b: FileIdentity): boolean {
  return a.device === b.device && a.inode === b.inode
}

/** One text for one device and inode. */
export function keyOf({ device, inode }: FileIdentity): string {
  return `${device}:${inode}`
}

/** Where reading has to begin so that it shows whether this is still the file that was read: some bytes before the place. */
export function overlapStart({ offset }: FilePlace): number {
  return offset <= HEAD_BYTES ? 0 : offset - TAIL_BYTES
}

/** Whether the bytes, read from {@link overlapStart} on, are those that were there before. */
export function fits(place: FilePlace, bytes: Uint8Array): boolean {
  const { head, offset } = place
  const overlap = offset - overlapStart(place)
  if (bytes.length < overlap) return false
  if (overlapStart(place) === 0) return isPrefix(head, bytes)
  return crc32(bytes.subarray(0, overlap)) === place.tail
}

/** The place behind the bytes, which were read from {@link overlapStart} on. */
export function behind(place: FilePlace, bytes: Uint8Array): FilePlace {
  const start = overlapStart(place)
  const offset = start + bytes.length
  const tail = crc32(bytes.subarray(Math.max(0, bytes.length - TAIL_BYTES)))
  const grows = start === 0 && place.head.length < HEAD_BYTES
  // A copy, which `slice` of a Buffer is not.
  const head = grows ? Uint8Array.from(bytes.subarray(0, HEAD_BYTES)) : place.head
  return { ...place, offset, head, tail }
}

/** Whether a file that begins with `bytes` may be a copy of the one that was read, whole or as it was at some time before. */
export function isCopy({ head }: FilePlace, bytes: Uint8Array): boolean {
  const length = Math.min(head.length, bytes.length)
  return length > 0 && isPrefix(head.subarray(0, length), bytes)
}

/** The same place in a copy of the file. */
export function inCopy(place: FilePlace, { device, inode }: FileIdentity): FilePlace {
  return { ...place, device, inode }
}

/** What is remembered of a file that was read. */
export function finished({ device, inode, offset, head, tail }: FilePlace): FinishedFile {
  return { device, inode, offset, head: crc32(head), headBytes: head.length, tail }
}

/** Whether a file of the same device and inode that begins with `bytes` is this one. */
export function isFinished({ head, headBytes }: FinishedFile, bytes: Uint8Array): boolean {
  return bytes.length >= headBytes && crc32(bytes.subarray(0, headBytes)) === head
}

/** Whether the bytes, the last {@link TAIL_BYTES} before where the file was given up, are those that were there. */
export function endsAsFinished({ offset, tail }: FinishedFile, bytes: Uint8Array): boolean {
  return bytes.length === Math.min(offset, TAIL_BYTES) && crc32(bytes) === tail
}

export function isPrefix(prefix: Uint8Array, bytes: Uint8Array): boolean {
  return prefix.length <= bytes.length && Buffer.compare(prefix, bytes.subarray(0, prefix.length)) === 0
}

/** So much of a file must be the same as of another one before it counts as a copy: a short beginning may be that of every file of a log. */
export const COPY_BYTES_MIN = 64
/** How much of its beginning a file is known by. */
export const HEAD_BYTES = 256
/** How much before a place is compared whenever reading goes on there. */
export const TAIL_BYTES = 256
const NOTHING = new Uint8Array(0)
