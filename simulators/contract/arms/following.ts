import { Readable } from 'node:stream'
import type { Following } from '../arm.ts'

/** What a stream is read into. */
export interface Reader<T> {
  readonly seen: T
  add(piece: Uint8Array): void
}

/** Reads a stream in the background, up to its end or until it is given up. */
export function following<T>(stream: NodeJS.ReadableStream, reader: Reader<T>): Following<T> {
  let ended = false
  stream.on('data', (piece: Buffer) => reader.add(piece))
  stream.once('end', () => (ended = true))
  // A stream that was given up ends in an error here and there; one that is cut off has not ended.
  stream.on('error', () => {})
  return {
    get seen() {
      return reader.seen
    },
    get ended() {
      return ended
    },
    close: () => {
      if (stream instanceof Readable) stream.destroy()
    },
  }
}
