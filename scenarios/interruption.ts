import { UsageError } from '../reference/usage-error.ts'

/** Ctrl-C and SIGTERM, turned into an abort, so that what was started is ended before the process is. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal
  /** Waits for work that is given the signal. @throws UsageError when it failed because of the interruption. */
  during<T>(work: Promise<T>): Promise<T>
}

/** Dispose to take the handlers away. */
export function onInterruption(): Interruption {
  const controller = new AbortController()
  const { signal } = controller
  const interrupt = (): void => controller.abort(new UsageError('Interrupted'))
  for (const name of SIGNALS) process.once(name, interrupt)
  return {
    signal,
    during: (work) =>
      work.catch((error: unknown) => {
        signal.throwIfAborted()
        throw error
      }),
    [Symbol.dispose]() {
      for (const name of SIGNALS) process.off(name, interrupt)
    },
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
