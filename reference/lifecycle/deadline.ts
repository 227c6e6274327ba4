import type { Clock } from '../ports/clock.ts'
import { cancellation, onAbort } from './abort.ts'

/** An operation missed its deadline. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
  readonly operation: string
  readonly deadlineMs: number

  constructor(operation: string, deadlineMs: number) {
    super(`Cannot finish ${operation}: it took longer than ${deadlineMs} ms`)
    this.operation = operation
    this.deadlineMs = deadlineMs
  }
}

/**
 * Runs an operation with a deadline. At the deadline, or when `signal` is aborted, the operation's own signal is aborted and
 * this rejects at once (with a {@link DeadlineError}, or with `signal.reason`): it never waits for an operation that does
 * not listen. What such an operation yields later goes to `release`, so that a handle that arrives too late is given back.
 */
export async function withDeadline<T>(
  clock: Clock,
  operation: string,
  deadlineMs: number,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
  release?: (late: T) => void,
): Promise<T> {
  signal.throwIfAborted()
  const own = new AbortController()
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  let settled = false
  let over = false
  const fail = (error: unknown): void => {
    over = true
    reject(error)
  }
  run(own.signal).then(
    (value) => {
      settled = true
      return over ? release?.(value) : resolve(value)
    },
    (error: unknown) => {
      settled = true
      fail(error)
    },
  )
  using _timer = clock.after(deadlineMs, () => fail(new DeadlineError(operation, deadlineMs)))
  using _listener = onAbort(signal, () => {
    own.abort(signal.reason)
    fail(signal.reason)
  })
  try {
    return await promise
  } finally {
    // One that is over has nobody left to be told: an abort costs as much as ten promises.
    if (!settled) own.abort(TOO_LATE)
  }
}

const TOO_LATE = cancellation('The operation is over')
