import { describeEntry, type ResourceKind } from '../world/resource-ledger.ts'
import type { Simulation } from '../world/simulation.ts'

/**
 * I4: no read of a log is pending for longer than the read timeout. Reads of the event stream may wait for ever.
 * @param options.allowanceMs how late the end of a read may be seen. Default 1 ms.
 */
export function readsEndInTime(
  world: Simulation,
  options: { readTimeoutMs: number; allowanceMs?: number },
): Disposable {
  const limitMs = options.readTimeoutMs + (options.allowanceMs ?? 1)
  return world.invariant('I4 no read pending longer than the read timeout', () =>
    tooOld(world, 'read', limitMs),
  )
}

/** I4 also: no request to the engine is pending for longer than it may take to open a log. One that was given up is not pending. */
export function callsEndInTime(world: Simulation, options: { openTimeoutMs: number }): Disposable {
  return world.invariant('I4 no call pending longer than the open timeout', () =>
    tooOld(world, 'call', options.openTimeoutMs + 1),
  )
}

/**
 * I5: no followed log stays open for longer than the rotation interval and the deadline of its close.
 * @param options.heldUpMs how much longer it may now, because something kept it from finding its place. Default 0.
 */
export function streamsRotateInTime(
  world: Simulation,
  options: { intervalMs: number; closeTimeoutMs: number; heldUpMs?: () => number },
): Disposable {
  const limitMs = options.intervalMs + options.closeTimeoutMs
  return world.invariant('I5 no stream older than interval + close deadline', () =>
    tooOld(world, 'log-stream', limitMs + (options.heldUpMs?.() ?? 0)),
  )
}

/** Only the oldest needs to be looked at: the ledger keeps the order of opening. */
function tooOld(world: Simulation, kind: ResourceKind, limitMs: number): string | undefined {
  const oldest = world.ledger.oldest(kind)
  if (oldest === undefined || world.nowMs - oldest.openedAtMs <= limitMs) return undefined
  return `${describeEntry(oldest)}, is open for ${(world.nowMs - oldest.openedAtMs).toFixed(3)} ms, limit ${limitMs} ms`
}
