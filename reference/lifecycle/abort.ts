import { listenForAbort } from './abort-listener.ts'

/**
 * Runs `listener` once when the signal becomes aborted, or, where it is aborted already, soon after this returned. Dispose to take the listener
 * away: a listener left on a long-lived signal is a leak.
 */
export function onAbort(signal: AbortSignal, listener: () => void): Disposable {
  if (!signal.aborted) return { [Symbol.dispose]: listenForAbort(signal, listener) }
  queueMicrotask(listener)
  return NOTHING_LEFT
}

/** The result, or a rejection with the signal's reason as soon as that is aborted. What goes on then must need nobody who waits for it. */
export async function unlessAborted<T>(signal: AbortSignal, going: Promise<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  using _ = onAbort(signal, () => reject(signal.reason))
  going.then(resolve, reject)
  return await promise
}

/**
 * The reason of something that was cancelled on purpose. It has no stack: taking one costs more than the rest of an operation, and the one who
 * cancelled is no fault to be found.
 */
export function cancellation(message: string): Error {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  const error = new Cancellation(message)
  Error.stackTraceLimit = limit
  return error
}

class Cancellation extends Error {
  override readonly name = 'AbortError'
}

/** True when the error is the signal's own reason, so the operation was cancelled and did not fail. */
export function isAbortOf(signal: AbortSignal, error: unknown): boolean {
  return signal.aborted && error === signal.reason
}

/**
 * A controller that is aborted with its parent, and on dispose. One per operation, so that nothing stays on the parent:
 *
 *     using local = linkedController(signal)
 */
export function linkedController(parent: AbortSignal): LinkedController {
  const controller = new AbortController()
  const link = onAbort(parent, () => controller.abort(parent.reason))
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    [Symbol.dispose]() {
      link[Symbol.dispose]()
      controller.abort(OPERATION_OVER)
    },
  }
}

export interface LinkedController extends Disposable {
  readonly signal: AbortSignal
  abort(reason?: unknown): void
}

const NOTHING_LEFT: Disposable = { [Symbol.dispose]: () => {} }
const OPERATION_OVER = cancellation('The operation is over')
