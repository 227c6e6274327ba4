/**
 * What can be wrong with a log stream.
 * - `hung-open`: the request is accepted and never answered
 * - `hung-read`: bytes exist and are never sent
 * - `blocked`: sends `afterBytes` bytes of the next frame and then nothing; below 8 that is inside the frame's header
 * - `hung-close`: the release is never acknowledged
 * - `reset`: the connection breaks; what was not read is gone
 * - `clean-end`: the reply ends as if the container had ended
 */
export type StreamFault =
  | { readonly kind: 'hung-open' | 'hung-read' | 'hung-close' | 'reset' | 'clean-end' }
  | { readonly kind: 'blocked'; readonly afterBytes: number }

export interface StreamFaultScope {
  /**
   * Which streams of the container: those `open` now, the `next` one to be opened, or `all`, now and later, until calmed.
   * `hung-open` has no effect on streams that are open.
   */
  readonly streams: 'open' | 'next' | 'all'
  /** Only followed logs (true) or only snapshots (false). Default both. */
  readonly follow?: boolean
}

interface Order {
  readonly fault: StreamFault
  readonly scope: StreamFaultScope
}

/** A request for a log that is being held back. */
export interface Hold {
  readonly released: boolean
}

/** The faults that wait for streams of one container to be opened. */
export class StreamFaults {
  #orders: Order[] = []
  readonly #holds = new Set<{ released: boolean }>()

  add(fault: StreamFault, scope: StreamFaultScope): void {
    if (scope.streams !== 'open') this.#orders.push({ fault, scope })
  }

  /** Forgets every fault and releases what is held. */
  clear(): void {
    this.#orders = []
    for (const hold of this.#holds) hold.released = true
    this.#holds.clear()
  }

  /** Set when a request that arrives now is to be held back; the same request asks once. */
  holdOpen(follow: boolean): Hold | null {
    if (this.#take(follow, (fault) => fault.kind === 'hung-open').length === 0) return null
    const hold = { released: false }
    this.#holds.add(hold)
    return hold
  }

  /** The faults a stream that opens now begins with. */
  forNewStream(follow: boolean): StreamFault[] {
    return this.#take(follow, (fault) => fault.kind !== 'hung-open')
  }

  #take(follow: boolean, wanted: (fault: StreamFault) => boolean): StreamFault[] {
    const taken = this.#orders.filter(({ fault, scope }) => wanted(fault) && concerns(scope, follow))
    this.#orders = this.#orders.filter((order) => order.scope.streams === 'all' || !taken.includes(order))
    return taken.map((order) => order.fault)
  }
}

/** Whether a fault of this scope is for a stream with or without follow. */
export function concerns(scope: StreamFaultScope, follow: boolean): boolean {
  return scope.follow === undefined || scope.follow === follow
}
