import { onAbort } from '../lifecycle/abort.ts'

export interface BudgetOptions {
  /** Memory that may be held at the same time, bytes. At least 1. */
  readonly bytesMax: number
}

/** The right to hold that much memory. Releasing twice is the same as once. */
export interface Permit extends Disposable {
  readonly bytes: number
  release(): void
}

interface Waiter {
  readonly source: string
  readonly bytes: number
  readonly grant: () => void
}

/**
 * Bounds the memory that is held for many sources, with permits of any size, first come, first served:
 *
 *     | held by a | held by b | set aside for the one in front | free |
 *
 * - One source holds at most an eighth, so that one that floods does not hold up the others. Who waits only for its own share does not stand in the way
 *   of those behind it.
 * - Sources that are stalled (nothing of them can be delivered now) hold at most half together, so that whatever their number there is room for the rest.
 * - A large permit does not starve among small ones: half of what is given back is set aside for the one in front.
 * - A permit larger than a bound is given when nothing else is held by that bound.
 *
 * A release looks at who waits and wakes only those who get their permit.
 */
export class Budget {
  #bytesMax: number
  #held = 0
  readonly #bySource = new Map<string, number>()
  readonly #stalled = new Set<string>()
  /** In the order in which they came. */
  readonly #waiting = new Set<Waiter>()
  /** How many of them are of each source: a source keeps its own order. */
  readonly #waitingBySource = new Map<string, number>()
  /** The first who waits for room and not for its share, and what is set aside for it. */
  #front: Waiter | null = null
  #setAside = 0

  /** @throws RangeError when the bound is not a whole number of at least 1: nothing could ever be held. */
  constructor({ bytesMax }: BudgetOptions) {
    if (!Number.isSafeInteger(bytesMax) || bytesMax < 1) {
      throw new RangeError(`Cannot make a budget of ${bytesMax} bytes: expected a whole number of at least 1`)
    }
    this.#bytesMax = bytesMax
  }

  get bytesMax(): number {
    return this.#bytesMax
  }

  /** Another bound from now on. What is held beyond it stays. */
  resize(bytesMax: number): void {
    this.#bytesMax = bytesMax
    this.#serve()
  }

  /** Bytes held. */
  get held(): number {
    return this.#held
  }

  /** How many wait for a permit. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** A permit if there is room and it is this one's turn, else null. */
  tryAcquire(source: string, bytes: number): Permit | null {
    if (this.#waitingBySource.has(source)) return null
    if (!this.#isWithinShare(source, bytes) || !this.#fits(bytes, this.#setAside)) return null
    return this.#hold(source, bytes)
  }

  /** Resolves with a permit when it is this one's turn; rejects with `signal.reason` on abort, and then nothing is held. */
  async acquire(source: string, bytes: number, { signal }: { signal: AbortSignal }): Promise<Permit> {
    signal.throwIfAborted()
    const now = this.tryAcquire(source, bytes)
    if (now !== null) return now
    const { promise, resolve, reject } = Promise.withResolvers<Permit>()
    const waiter: Waiter = { source, bytes, grant: () => resolve(this.#hold(source, bytes)) }
    this.#enter(waiter)
    using _ = onAbort(signal, () => {
      // A permit that was already given is kept: the caller gets it and sees the abort itself.
      if (!this.#waiting.has(waiter)) return
      this.#leave(waiter)
      this.#serve()
      reject(signal.reason)
    })
    return await promise
  }

  /** Tells whether anything of the source can be delivered now. What it holds already stays. */
  setStalled(source: string, stalled: boolean): void {
    if (stalled) this.#stalled.add(source)
    else if (this.#stalled.delete(source)) this.#serve()
  }

  #hold(source: string, bytes: number): Permit {
    this.#add(source, bytes)
    let released = false
    const release = (): void => {
      if (released) return
      released = true
      this.#add(source, -bytes)
      if (this.#front !== null) {
        this.#setAside = Math.min(this.#front.bytes, this.#setAside + Math.ceil(bytes / 2))
      }
      this.#serve()
    }
    return { bytes, release, [Symbol.dispose]: release }
  }

  #add(source: string, bytes: number): void {
    this.#held += bytes
    const own = (this.#bySource.get(source) ?? 0) + bytes
    if (own > 0) this.#bySource.set(source, own)
    else this.#bySource.delete(source)
  }

  /** Gives what can be given now. */
  #serve(): void {
    const blocked = new Set<string>()
    let front: Waiter | null = null
    for (const waiter of this.#waiting) {
      if (this.#held >= this.#bytesMax) {
        front ??= this.#front
        break
      }
      if (blocked.has(waiter.source)) continue
      const setAside = waiter === this.#front ? 0 : this.#setAside
      const inShare = this.#isWithinShare(waiter.source, waiter.bytes)
      if (inShare && this.#fits(waiter.bytes, setAside)) {
        this.#leave(waiter)
        waiter.grant()
        continue
      }
      blocked.add(waiter.source)
      if (inShare) front ??= waiter
    }
    this.#moveFront(front)
  }

  #moveFront(front: Waiter | null): void {
    if (front === this.#front) return
    this.#front = front
    this.#setAside = 0
  }

  #enter(waiter: Waiter): void {
    this.#waiting.add(waiter)
    this.#waitingBySource.set(waiter.source, (this.#waitingBySource.get(waiter.source) ?? 0) + 1)
    if (this.#front === null && this.#isWithinShare(waiter.source, waiter.bytes)) this.#front = waiter
  }

  #leave(waiter: Waiter): void {
    this.#waiting.delete(waiter)
    const left = (this.#waitingBySource.get(waiter.source) ?? 1) - 1
    if (left > 0) this.#waitingBySource.set(waiter.source, left)
    else this.#waitingBySource.delete(waiter.source)
    if (waiter === this.#front) this.#moveFront(null)
  }

  #fits(bytes: number, setAside: number): boolean {
    return this.#held === 0 || this.#held + setAside + bytes <= this.#bytesMax
  }

  #isWithinShare(source: string, bytes: number): boolean {
    const own = this.#bySource.get(source) ?? 0
    if (own > 0 && own + bytes > this.#bytesMax * SOURCE_SHARE) return false
    if (!this.#stalled.has(source)) return true
    const stalled = this.#heldByStalled()
    return stalled === 0 || stalled + bytes <= this.#bytesMax * STALLED_SHARE
  }

  #heldByStalled(): number {
    let bytes = 0
    for (const source of this.#stalled) bytes += this.#bySource.get(source) ?? 0
    return bytes
  }
}

const SOURCE_SHARE = 1 / 8
const STALLED_SHARE = 1 / 2
