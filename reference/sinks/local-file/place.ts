import { readFully } from '../../dispatch/files.ts'
import type { SinkMark } from '../../dispatch/sink.ts'
import type { FileHandle, FileStat } from '../../ports/file-system.ts'

/** Where the records of a source end in a file: what the local file sink keeps as its mark. */
export interface Place {
  /** Offset behind the last record, bytes. */
  readonly length: number
  /** Undefined in marks of earlier versions. */
  readonly identity: Identity | undefined
  /** Digest of the bytes before `length`, at most {@link TAIL_BYTES} of them: finds the place again in a copy. Undefined in marks of earlier versions. */
  readonly tail: string | undefined
  /** The number the file gets when it is rotated; all files with smaller ones were rotated before. Undefined in marks of earlier versions. */
  readonly generation: number | undefined
}

export type Identity = Pick<FileStat, 'inode' | 'device'>

export const TAIL_BYTES = 64

export function placeOf(mark: SinkMark): Place {
  const { length, inode, device, tail, generation } = mark
  const identity = typeof inode === 'number' && typeof device === 'number' ? { inode, device } : undefined
  return {
    length: Number(length ?? 0),
    identity,
    tail: typeof tail === 'string' ? tail : undefined,
    generation: typeof generation === 'number' ? generation : undefined,
  }
}

export function markOf({ length, identity, tail, generation }: Place): SinkMark {
  return {
    length,
    ...identity,
    ...(tail === undefined ? {} : { tail }),
    ...(generation === undefined ? {} : { generation }),
  }
}

export function isSame(a: Identity, b: Identity | undefined): boolean {
  return b !== undefined && a.inode === b.inode && a.device === b.device
}

/** The last bytes before an offset: at most {@link TAIL_BYTES}. */
export async function readTail(file: FileHandle, length: number): Promise<Uint8Array> {
  const tail = new Uint8Array(Math.min(length, TAIL_BYTES))
  return tail.subarray(0, await readFully(file, tail, length - tail.byteLength))
}

/** The tail of a file once the buffers were appended. */
export function tailAfter(tail: Uint8Array, buffers: readonly Uint8Array[]): Uint8Array {
  let rest = TAIL_BYTES
  const parts: Uint8Array[] = []
  for (const buffer of [tail, ...buffers].toReversed()) {
    // A batch may be many buffers, and all but the last few bytes of it are of no use here.
    if (rest === 0) break
    const part = buffer.subarray(Math.max(0, buffer.byteLength - rest))
    parts.unshift(part)
    rest -= part.byteLength
  }
  return Buffer.concat(parts)
}

/** FNV-1a, 32 bits, hexadecimal. */
export function digest(bytes: Uint8Array): string {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}

/** Whether the file holds what ends at the place. */
export async function holds(file: FileHandle, size: number, { length, tail }: Place): Promise<boolean> {
  if (size < length) return false
  return tail === undefined || digest(await readTail(file, length)) === tail
}
