import type { Writable } from 'node:stream'
import { neverBlocking } from './bounded-output.ts'

/** Writes to a stream such as standard output; resolves when it took the bytes, rejects when it is broken. */
export function stdoutWriter(stream: Writable): (bytes: readonly Uint8Array[]) => Promise<void> {
  neverBlocking(stream)
  // Each write reports its own failure; without a listener the event would end the process.
  stream.on('error', () => {})
  return (bytes) =>
    new Promise((resolve, reject) => {
      stream.write(Buffer.concat(bytes), (error) => (error ? reject(error) : resolve()))
    })
}
