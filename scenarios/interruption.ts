import { UsageError } from '../reference/usage-error.ts'

/** Ctrl-C and SIGTERM, turned into an abort, so that what was started is ended before the process is. */
export interface Interruption extends Disposable {
  /** Aborted the first time: nothing more is begun, and what was begun is ended in its order. */
  readonly signal: AbortSignal
  /** Aborted the second time: what was begun is given up. The third time ends the process. */
  readonly force: AbortSignal
  /** Waits for work that is given one of the signals. @throws UsageError when it failed because of the interruption. */
  during<T>(work: Promise<T>): Promise<T>
}

/** Dispose to take the handlers away. */
export function onInterruption(): Interruption {
  const [first, second] = [new AbortController(), new AbortController()]
  const leave = (): void => {
    for (const name of SIGNALS) process.off(name, interrupt)
  }
  const interrupt = (): void => {
    const controller = first.signal.aborted ? second : first
    if (controller === second) leave()
    controller.abort(new UsageError('Interrupted'))
  }
  for (const name of SIGNALS) process.on(name, interrupt)
  return {
    signal: first.signal,
    force: second.signal,
    during: (work) =>
      work.catch((error: unknown) => {
        first.signal.throwIfAborted()
        throw error
      }),
    [Symbol.dispose]: leave,
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
