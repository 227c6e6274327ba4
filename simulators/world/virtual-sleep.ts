import { listenForAbort } from '../../reference/lifecycle/abort-listener.ts'
import type { Host } from './host.ts'

/** Resolves after `ms` milliseconds of the host's time, or rejects with `signal.reason`. Until then it is a `timer` in the ledger. */
export function virtualSleep(
  host: Pick<Host, 'ledger' | 'schedule'>,
  ms: number,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  if (signal.aborted) return Promise.reject(signal.reason)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const entry = host.ledger.open('timer', `sleep of ${ms} ms`)
  const timer = host.schedule(ms, 'sleep', () => {
    finish()
    resolve()
  })
  const stopListening = listenForAbort(signal, () => {
    timer.cancel()
    finish()
    reject(signal.reason)
  })
  const finish = (): void => {
    stopListening()
    host.ledger.close(entry)
  }
  return promise
}
