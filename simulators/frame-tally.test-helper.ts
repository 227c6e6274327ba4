import { HEADER_BYTES } from './engine/log/log-file.ts'
import { STAMP_BYTES } from './engine/log/stamp-format.ts'

/** Takes a framed log with stamps apart, however it is cut: counts its messages and hashes their data, one after the other. */
export class FrameTally {
  messages = 0
  hash: number = FNV_BASIS
  #rest: Uint8Array | null = null

  take(piece: Uint8Array): void {
    const bytes = this.#rest === null ? piece : Buffer.concat([this.#rest, piece])
    let at = 0
    for (let end = frameEnd(bytes, at); end <= bytes.length; end = frameEnd(bytes, at)) {
      this.hash = hashBytes(bytes, at + HEADER_BYTES + STAMP_BYTES + 1, end, this.hash)
      this.messages += 1
      at = end
    }
    this.#rest = at === bytes.length ? null : bytes.subarray(at)
  }
}

/** 32-bit FNV-1a over the bytes [from, to). */
export function hashBytes(
  bytes: Uint8Array,
  from: number = 0,
  to: number = bytes.length,
  basis: number = FNV_BASIS,
): number {
  let hash = basis
  for (let index = from; index < to; index++) hash = Math.imul(hash ^ bytes[index]!, FNV_PRIME)
  return hash
}

/** Where the frame that begins here ends; Infinity when its header is not complete. */
function frameEnd(bytes: Uint8Array, at: number): number {
  if (at + HEADER_BYTES > bytes.length) return Infinity
  const length = (bytes[at + 4]! << 24) | (bytes[at + 5]! << 16) | (bytes[at + 6]! << 8) | bytes[at + 7]!
  return at + HEADER_BYTES + length
}

const FNV_BASIS = 0x811c9dc5 | 0
const FNV_PRIME = 0x01000193
