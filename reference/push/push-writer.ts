import type { Block } from '../dispatch/block.ts'
import { messageOf } from '../errors.ts'
import { cancellation, linkedController, onAbort } from '../lifecycle/abort.ts'
import { Condition } from '../lifecycle/condition.ts'
import type { Clock } from '../ports/clock.ts'
import type { Logger } from '../ports/logger.ts'
import { PushRefusal } from './push-refusal.ts'
import type { PushRequest } from './push-request.ts'
import type { PushStream } from './push-stream.ts'

export interface PushWriterOptions {
  readonly clock: Clock
  readonly logger: Logger
  /** All of the blocks or none: see `Dispatcher.append`. */
  readonly append: (blocks: readonly Block[], options: { signal: AbortSignal }) => Promise<void>
  /** What was appended survives a power cut. */
  readonly secure: () => Promise<void>
}

/** A request on its way, with the streams of its files, in the same order. */
export interface PendingPush {
  readonly request: PushRequest
  readonly streams: readonly PushStream[]
}

export interface PushResult {
  /** All of it was taken before, under the same key. */
  readonly repeated: boolean
}

interface Waiting extends PendingPush {
  readonly resolve: (result: PushResult) => void
  readonly reject: (refusal: PushRefusal) => void
}

/**
 * Brings requests to the spool, in the order of their coming. What waits when a sync ends is appended and synced together:
 *
 *     queue -> drafts -> append: all or nothing -> positions -> sync -> answers
 */
export class PushWriter {
  readonly #options: PushWriterOptions
  readonly #queue: Waiting[] = []
  readonly #came = new Condition()
  #fault: { readonly why: string; readonly atMs: number } | null = null

  constructor(options: PushWriterOptions) {
    this.#options = options
  }

  /** Why nothing could be taken the last time; null when it could, or when that was a while ago: nobody may have pushed since. */
  get fault(): string | null {
    if (this.#fault === null) return null
    return this.#options.clock.monotonic() - this.#fault.atMs < FAULT_MS ? this.#fault.why : null
  }

  /** Resolves when all of it survives a power cut. @throws PushRefusal */
  async write(pending: PendingPush, { signal }: { signal: AbortSignal }): Promise<PushResult> {
    const { promise, resolve, reject } = Promise.withResolvers<PushResult>()
    const waiting: Waiting = { ...pending, resolve, reject }
    this.#queue.push(waiting)
    this.#came.notifyAll()
    using _ = onAbort(signal, () => {
      const at = this.#queue.indexOf(waiting)
      if (at >= 0) this.#queue.splice(at, 1)
      reject(at >= 0 ? tooSlow() : notKnown())
    })
    return await promise
  }

  /** Writes until the signal is aborted. What it has begun by then it ends. */
  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop
      while (this.#queue.length === 0) await this.#came.wait({ signal })
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await this.#cycle(this.#takeTogether(), signal)
      signal.throwIfAborted()
    }
  }

  /** Nothing is written any more: what waits is refused. */
  refuseAll(): void {
    for (const { reject } of this.#queue.splice(0)) reject(stopping())
  }

  #takeTogether(): Waiting[] {
    let bytes = 0
    let count = 0
    for (const { request } of this.#queue) {
      bytes += request.bytes
      if (count > 0 && bytes > CYCLE_BYTES) break
      count += 1
    }
    return this.#queue.splice(0, count)
  }

  async #cycle(all: readonly Waiting[], signal: AbortSignal): Promise<void> {
    const drafted = all.flatMap((waiting) => this.#draft(waiting))
    const blocks = drafted.flatMap((draft) => draft.blocks)
    if (blocks.length > 0 && !(await this.#append(drafted, blocks, signal))) return
    for (const { waiting } of drafted) for (const stream of waiting.streams) stream.commit()
    try {
      await this.#options.secure()
      this.#fault = null
    } catch (error) {
      this.#failed('made durable', error)
      for (const { waiting } of drafted) waiting.reject(notKnown(error))
      return
    }
    for (const { waiting, blocks: own } of drafted) waiting.resolve({ repeated: own.length === 0 })
  }

  /** What the request adds to what its streams have and those before it add; nothing when it is refused. */
  #draft(waiting: Waiting): { waiting: Waiting; blocks: readonly Block[] }[] {
    const { request, streams, reject } = waiting
    const nowMs = this.#options.clock.now()
    try {
      for (const stream of streams) stream.assertKey(request)
      return [
        {
          waiting,
          blocks: request.files.flatMap((lines, index) => streams[index]!.draft(lines, request, nowMs)),
        },
      ]
    } catch (error) {
      reject(error instanceof PushRefusal ? error : notKnown(error))
      return []
    }
  }

  async #append(
    drafted: readonly { waiting: Waiting }[],
    blocks: readonly Block[],
    signal: AbortSignal,
  ): Promise<boolean> {
    const { append, clock } = this.#options
    using patience = linkedController(signal)
    using _timer = clock.after(ROOM_MS, () => patience.abort(NO_ROOM))
    try {
      await append(blocks, patience)
      return true
    } catch (error) {
      const refusal = error === NO_ROOM ? full() : signal.aborted ? stopping() : notWritten(error)
      if (!signal.aborted) this.#failed('written', error)
      for (const { waiting } of drafted) {
        for (const stream of waiting.streams) stream.drop()
        waiting.reject(refusal)
      }
      return false
    }
  }

  #failed(what: string, error: unknown): void {
    const why = `cannot be ${what}: ${messageOf(error)}`
    const { clock, logger } = this.#options
    if (this.fault !== why) logger.error({ err: error }, `What was pushed cannot be ${what}`)
    this.#fault = { why, atMs: clock.monotonic() }
  }
}

function stopping(): PushRefusal {
  return new PushRefusal(503, 'The collector is stopping', { retryAfterSeconds: 5 })
}

function full(): PushRefusal {
  return new PushRefusal(503, 'The spool is full: sinks are behind', { retryAfterSeconds: 5 })
}

function tooSlow(): PushRefusal {
  return new PushRefusal(503, 'Too many requests wait to be written', { retryAfterSeconds: 5 })
}

function notWritten(cause: unknown): PushRefusal {
  return new PushRefusal(503, 'The lines cannot be written; the log says why', {
    cause,
    retryAfterSeconds: 5,
  })
}

function notKnown(cause?: unknown): PushRefusal {
  const message =
    'It is not known whether the lines are kept; send them again with the same Idempotency-Key, or they may be there twice'
  return new PushRefusal(500, message, { cause })
}

const NO_ROOM = cancellation('The spool is full')
/** How long a failure is told by health. */
const FAULT_MS = 60_000
/** How long requests wait for room in the spool. */
const ROOM_MS = 1000
/** Of one transaction, about. */
const CYCLE_BYTES = 1024 * 1024
