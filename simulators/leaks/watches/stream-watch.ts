import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { Readable, Stream, Writable } from 'node:stream'
import type { Opening, ResourceWatch } from './resource-watch.ts'

/** A stream that something still holds and that is not over. */
export interface OpenStream extends Opening {
  readonly stream: Readable | Writable
}

/**
 * Remembers streams that are made. Sockets, and messages on them, are left to who looks at handles; the standard streams are never over.
 */
export class StreamWatch {
  readonly #made: { stream: WeakRef<object>; opening: Opening }[] = []
  readonly #watch: ResourceWatch

  constructor(watch: ResourceWatch) {
    this.#watch = watch
  }

  /** Told of every emitter when it is made. */
  readonly onEmitter = (emitter: object): void => {
    if (!(emitter instanceof Stream)) return
    this.#made.push({ stream: new WeakRef(emitter), opening: this.#watch.opening(this.onEmitter) })
  }

  open(): OpenStream[] {
    return this.#made.flatMap(({ stream: reference, opening }) => {
      const stream = reference.deref()
      return stream !== undefined && isLooseStream(stream) && !isOver(stream) ? [{ stream, ...opening }] : []
    })
  }
}

function isLooseStream(stream: object): stream is Readable | Writable {
  if (stream instanceof Socket || stream instanceof IncomingMessage) return false
  return stream instanceof Readable || stream instanceof Writable
}

function isOver(stream: Readable | Writable): boolean {
  if (stream.destroyed) return true
  const readable = stream instanceof Readable && !stream.readableEnded && stream.readable
  const writable = 'writableFinished' in stream && !stream.writableFinished
  return !readable && !writable
}
