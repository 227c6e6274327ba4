/** Aborted by Ctrl-C or SIGTERM, so that what was started is ended before the process is. Dispose to take the handlers away. */
export function onInterruption(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController()
  const interrupt = (): void => controller.abort(new Error('Interrupted'))
  for (const signal of SIGNALS) process.once(signal, interrupt)
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const signal of SIGNALS) process.off(signal, interrupt)
    },
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
