import type { LogStream } from '../../reference/ports/index.ts'
import type { World } from '../world.ts'
import { HEADER_BYTES } from './log/log-file.ts'
import { STAMP_BYTES } from './log/stamp-format.ts'

/** A signal that is never aborted. */
export const never: AbortSignal = new AbortController().signal

export interface Frame {
  readonly stream: number
  readonly stamp: string
  readonly data: string
}

/** Complete frames at the start of some wire bytes. */
export function framesOf(bytes: Uint8Array): Frame[] {
  const buffer = Buffer.from(bytes)
  const frames: Frame[] = []
  for (let at = 0; at + HEADER_BYTES <= buffer.length;) {
    const end = at + HEADER_BYTES + buffer.readUInt32BE(at + 4)
    if (end > buffer.length) break
    const payload = buffer.toString('latin1', at + HEADER_BYTES, end)
    frames.push({
      stream: buffer[at]!,
      stamp: payload.slice(0, STAMP_BYTES),
      data: payload.slice(STAMP_BYTES + 1),
    })
    at = end
  }
  return frames
}

/** Reads a stream to its clean end. */
export async function readToEnd(stream: LogStream): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for (let piece = await stream.read({ signal: never }); piece !== null;) {
    pieces.push(piece)
    piece = await stream.read({ signal: never })
  }
  return Buffer.concat(pieces)
}

/** Reads until nothing comes for `idleMs` of virtual time, or the clean end. */
export async function readUntilIdle(world: World, stream: LogStream, idleMs = 1000): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for (;;) {
    const piece = await readWithin(world, stream, idleMs)
    if (piece === 'idle' || piece === null) return Buffer.concat(pieces)
    pieces.push(piece)
  }
}

/** One read that is given up after `ms` of virtual time. */
export async function readWithin(
  world: World,
  stream: LogStream,
  ms: number,
): Promise<Uint8Array | null | 'idle'> {
  const reading = new AbortController()
  const timing = new AbortController()
  const timer = world.clock.sleep(ms, timing).then(
    () => reading.abort(new Error('idle')),
    () => {},
  )
  try {
    return await stream.read(reading)
  } catch (error) {
    if (reading.signal.aborted) return 'idle'
    throw error
  } finally {
    timing.abort()
    await timer
  }
}
