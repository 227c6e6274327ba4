import { performance } from 'node:perf_hooks'
import { onAbort } from '../lifecycle/abort.ts'
import type { Clock } from '../ports/clock.ts'

/** The machine's clock and Node's timers. */
export class NodeClock implements Clock {
  now(): number {
    return Date.now()
  }

  monotonic(): number {
    return performance.now()
  }

  async sleep(ms: number, { signal }: { signal: AbortSignal }): Promise<void> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    using _timer = this.after(ms, resolve)
    using _listener = onAbort(signal, () => reject(signal.reason))
    await promise
  }

  after(ms: number, run: () => void): Disposable {
    let left = Math.max(0, ms)
    let handle: NodeJS.Timeout
    const set = (): void => {
      const now = Math.min(left, LONGEST_TIMER_MS)
      left -= now
      handle = setTimeout(() => (left > 0 ? set() : run()), now)
    }
    set()
    return { [Symbol.dispose]: () => clearTimeout(handle) }
  }
}

/** Node fires a longer timer at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1
