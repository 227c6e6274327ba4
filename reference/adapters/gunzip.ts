import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'

/** Unpacks gzip off the event loop, all members of it, piece by piece. Rejects where the bytes are none. */
export async function* gunzip(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const unpacker = createGunzip()
  const fed = pipeline(packed, unpacker)
  // What fails on the way shows where its pieces are taken.
  fed.catch(() => {})
  try {
    const pieces: AsyncIterable<Uint8Array> = unpacker
    for await (const piece of pieces) yield piece
  } finally {
    unpacker.destroy()
    await fed.catch(() => {})
  }
}
