import { addAbortListener } from 'node:events'

/**
 * Runs `listener` once when the signal is or becomes aborted. Dispose to take the listener away: a listener left on a
 * long-lived signal is a leak.
 */
export function onAbort(signal: AbortSignal, listener: () => void): Disposable {
  return addAbortListener(signal, listener)
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

/** One for all: making a DOMException takes its stack, which costs more than the rest of an operation. */
const OPERATION_OVER = new DOMException('The operation is over', 'AbortError')
