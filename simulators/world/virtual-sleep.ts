import { listenForAbort } from '../../reference/lifecycle/abort-listener.ts'
import type { Host } from './host.ts'

/** What a sleep needs. */
export type Sleeper = Pick<Host, 'ledger' | 'schedule'>

/** Resolves after `ms` milliseconds of the host's time, or rejects with `signal.reason`. Until then it is a `timer` in the ledger. */
export function virtualSleep(host: Sleeper, ms: number, { signal }: { signal: AbortSignal }): Promise<void> {
  if (signal.aborted) return Promise.reject(signal.reason)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = virtualTimer(host, ms, () => {
    stopListening()
    resolve()
  })
  const stopListening = listenForAbort(signal, () => {
    stopListening()
    timer[Symbol.dispose]()
    reject(signal.reason)
  })
  return promise
}

/** Calls `run` after `ms` milliseconds of the host's time, unless it is disposed before. Until then it is a `timer` in the ledger. */
export function virtualTimer(host: Sleeper, ms: number, run: () => void): Disposable {
  const entry = host.ledger.open('timer', `sleep of ${ms} ms`)
  const event = host.schedule(ms, 'sleep', () => {
    host.ledger.close(entry)
    run()
  })
  let over = false
  return {
    [Symbol.dispose]: () => {
      if (over) return
      over = true
      event.cancel()
      host.ledger.close(entry)
    },
  }
}
