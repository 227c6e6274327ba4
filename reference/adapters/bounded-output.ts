import type { Writable } from 'node:stream'

export interface BoundedOutputOptions {
  /** What may wait to be written, bytes. */
  readonly bytesMax: number
  /** Told how many lines were dropped since it was last told, once lines are taken again. */
  readonly onFlow: (dropped: number) => void
}

/**
 * Lines to a stream such as standard error, which somebody else may not read: what cannot be written waits, up to a bound, and what is beyond it is
 * dropped and counted. Writing never waits and never throws.
 */
export class BoundedOutput {
  readonly #stream: Writable
  readonly #options: BoundedOutputOptions
  #dropped = 0
  #told = 0

  constructor(stream: Writable, options: BoundedOutputOptions) {
    this.#stream = neverBlocking(stream)
    this.#options = options
    // Each write reports its own failure; without a listener the event would end the process.
    stream.on('error', () => {})
  }

  /** Lines dropped so far. */
  get dropped(): number {
    return this.#dropped
  }

  write(line: string): void {
    if (this.#stream.writableLength + Buffer.byteLength(line) > this.#options.bytesMax) {
      this.#dropped += 1
      return
    }
    this.#stream.write(line, (error) => {
      if (error) this.#dropped += 1
      else this.#taken()
    })
  }

  /** Resolves once everything that waits is written or has failed, and after `deadlineMs` milliseconds at the latest. */
  async flush(deadlineMs: number): Promise<void> {
    if (this.#stream.writableLength === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, deadlineMs)
    this.#stream.write('', () => resolve())
    await promise
    clearTimeout(timer)
  }

  #taken(): void {
    // Half of the room: else a reader that takes a line at a time would be told between any two.
    if (this.#told === this.#dropped || this.#stream.writableLength > this.#options.bytesMax / 2) return
    const dropped = this.#dropped - this.#told
    this.#told = this.#dropped
    this.#options.onFlow(dropped)
  }
}

/**
 * Node makes standard streams on a terminal block the process while the terminal is held (Ctrl-S); pipes and sockets are never blocking. Files are written
 * at once.
 */
export function neverBlocking<Stream extends Writable>(stream: Stream): Stream {
  const handle: unknown = Reflect.get(stream, '_handle')
  if (isBlockable(handle)) handle.setBlocking(false)
  return stream
}

function isBlockable(handle: unknown): handle is { setBlocking(blocking: boolean): unknown } {
  if (typeof handle !== 'object' || handle === null) return false
  return 'setBlocking' in handle && typeof handle.setBlocking === 'function'
}
