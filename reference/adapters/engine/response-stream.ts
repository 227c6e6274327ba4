import type { IncomingMessage } from 'node:http'
import { onAbort } from '../../lifecycle/abort.ts'
import { EngineError, type LogStream } from '../../ports/docker-engine.ts'
import { connectionFailure } from './engine-failure.ts'

/**
 * The body of an HTTP response, pulled piece by piece. Nothing is read from the socket beyond the response's high-water mark
 * unless somebody reads. The listeners are put on the response once, none per read.
 */
export class ResponseStream implements LogStream {
  readonly #response: IncomingMessage
  readonly #attempt: string
  #state: 'open' | 'ended' | 'destroyed' = 'open'
  #failure: EngineError | null = null
  /** Before this moment the socket is left alone, to gather. */
  #gatherUntilMs = 0
  #waiting: PromiseWithResolvers<void> | null = null
  #closed: Promise<void> | null = null

  /** @param attempt what reading it is for, such as `read the log of 0123456789ab`: failures start with it. */
  constructor(response: IncomingMessage, attempt: string) {
    this.#response = response
    this.#attempt = attempt
    response.on('readable', () => this.#waiting?.resolve())
    response.on('end', () => {
      this.#state = this.#state === 'open' ? 'ended' : this.#state
      this.#waiting?.resolve()
    })
    response.on('error', (error) => this.#fail(connectionFailure(attempt, error)))
    response.on('close', () => {
      if (this.#state === 'open') this.#fail(connectionFailure(attempt, new Error('closed before its end')))
    })
  }

  /** Listens from when it is first asked for: the socket of a kept-alive connection outlives many responses. */
  get closed(): Promise<void> {
    return (this.#closed ??= closeOf(this.#response))
  }

  async read(options: { signal: AbortSignal }): Promise<Uint8Array | null> {
    options.signal.throwIfAborted()
    const early = this.#gatherUntilMs - performance.now()
    if (early > 0) await this.#gather(early, options.signal)
    if (this.#state === 'open' && !this.#response.complete) this.#response.socket.resume()
    for (;;) {
      if (this.#state === 'destroyed') throw this.#destroyedError()
      const chunk: unknown = this.#response.read()
      if (chunk instanceof Uint8Array) {
        this.#holdBack(chunk)
        return chunk
      }
      if (this.#state === 'ended') return null
      if (this.#failure !== null) throw this.#failure
      await this.#wakeUp(options.signal)
    }
  }

  destroy(): void {
    if (this.#state === 'destroyed') return
    this.#state = 'destroyed'
    this.#response.destroy()
    // A response that has ended no longer takes its socket along.
    this.#response.socket.destroy()
    this.#waiting?.reject(this.#destroyedError())
  }

  /**
   * The engine sends every message by itself; taken as they come, a busy log costs a system call and a wake-up for each few lines.
   * So after a small piece the socket is left alone for a moment, and the next piece is a large one.
   */
  #holdBack(piece: Uint8Array): void {
    // A response that is complete may have given its socket back already.
    if (piece.byteLength >= LARGE_PIECE_BYTES || this.#response.complete) return
    this.#response.socket.pause()
    this.#gatherUntilMs = performance.now() + GATHER_MS
  }

  async #gather(ms: number, signal: AbortSignal): Promise<void> {
    const timer = setTimeout(() => this.#waiting?.resolve(), ms)
    try {
      await this.#wakeUp(signal)
    } finally {
      clearTimeout(timer)
    }
  }

  async #wakeUp(signal: AbortSignal): Promise<void> {
    if (this.#waiting !== null) throw new Error(`Cannot ${this.#attempt}: another read is pending`)
    const waiting = Promise.withResolvers<void>()
    using _ = onAbort(signal, () => waiting.reject(signal.reason))
    this.#waiting = waiting
    try {
      await waiting.promise
    } finally {
      this.#waiting = null
    }
  }

  #fail(error: EngineError): void {
    this.#failure ??= error
    this.#waiting?.resolve()
  }

  #destroyedError(): EngineError {
    return new EngineError('destroyed', `Cannot ${this.#attempt}: the stream was destroyed`)
  }
}

function closeOf({ socket }: IncomingMessage): Promise<void> {
  if (socket.closed) return Promise.resolve()
  return new Promise((resolve) => {
    socket.once('close', () => resolve())
  })
}

/** About what a socket's buffer holds of short messages. */
const LARGE_PIECE_BYTES = 32 * 1024
const GATHER_MS = 1
