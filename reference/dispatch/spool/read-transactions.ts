import type { FileHandle } from '../../ports/file-system.ts'
import { readFully } from '../files.ts'
import {
  bodyBytes,
  decodeTransaction,
  HEADER_BYTES,
  type SpooledBlock,
  type Transaction,
} from './transaction.ts'

/** A place in the spool: between two transactions. */
export interface SpoolOffset {
  readonly segment: number
  /** Bytes from the start of the segment. */
  readonly offset: number
}

export interface SpoolPiece {
  readonly blocks: readonly SpooledBlock[]
  readonly next: SpoolOffset
  /** Transactions between `next` and the ones before it cannot be read any more: their records are lost. */
  readonly damaged: boolean
}

/** The transaction at a place with the place behind it; null when there is none that is whole. */
export async function readTransaction(
  file: FileHandle,
  offset: number,
  length: number,
): Promise<(Transaction & { next: number }) | null> {
  const header = new Uint8Array(HEADER_BYTES)
  if ((await readFully(file, header, offset)) < HEADER_BYTES) return null
  const bytes = bodyBytes(header)
  const next = offset + HEADER_BYTES + (bytes ?? Infinity)
  if (bytes === null || next > length) return null
  const body = new Uint8Array(bytes)
  if ((await readFully(file, body, offset + HEADER_BYTES)) < bytes) return null
  const transaction = decodeTransaction(header, body)
  return transaction && { ...transaction, next }
}

/** As many transactions from a place on as one read brings, or one that is longer. */
export async function readPiece(
  file: FileHandle,
  { segment, offset }: SpoolOffset,
  length: number,
): Promise<SpoolPiece> {
  const bytes = new Uint8Array(Math.min(length - offset, READ_BYTES))
  const held = bytes.subarray(0, await readFully(file, bytes, offset))
  const blocks: SpooledBlock[] = []
  let at = 0
  for (let found = takeTransaction(held, at); found !== null; found = takeTransaction(held, at)) {
    blocks.push(...found.blocks)
    at = found.next
  }
  if (at > 0) return { blocks, next: { segment, offset: offset + at }, damaged: false }
  const long = await readTransaction(file, offset, length)
  if (long !== null) return { blocks: long.blocks, next: { segment, offset: long.next }, damaged: false }
  // Nothing can be read at a place where a transaction was: a disk that spoils what it holds. What is behind it cannot be found.
  return { blocks, next: { segment, offset: length }, damaged: true }
}

/** The transaction at a place of what was read, with the place behind it; null when it is not whole there. */
function takeTransaction(held: Uint8Array, at: number): (Transaction & { next: number }) | null {
  const header = held.subarray(at, at + HEADER_BYTES)
  const bytes = bodyBytes(header)
  const next = at + HEADER_BYTES + (bytes ?? Infinity)
  if (bytes === null || next > held.length) return null
  const transaction = decodeTransaction(header, held.subarray(at + HEADER_BYTES, next))
  return transaction && { ...transaction, next }
}

/** What one read brings, about. */
const READ_BYTES = 256 * 1024
