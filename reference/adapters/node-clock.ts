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
    for (let left = Math.max(0, ms); ; left -= LONGEST_TIMER_MS) {
      await timer(Math.min(left, LONGEST_TIMER_MS), signal)
      if (left <= LONGEST_TIMER_MS) return
    }
  }
}

async function timer(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const handle = setTimeout(resolve, ms)
  using _ = onAbort(signal, () => reject(signal.reason))
  try {
    await promise
  } finally {
    clearTimeout(handle)
  }
}

/** Node fires a longer timer at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1
