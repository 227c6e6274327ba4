import type { NotDurable } from './sink.ts'

/**
 * What was acknowledged and may not survive a power cut yet, by key: the latest value of each.
 *
 *     set --> changed --flush: sync--> applied
 *                ^------- failed --------/
 */
export class Unsynced<Value> {
  #changed = new Map<string, Value>()
  #syncing: Map<string, Value> | null = null
  #flush: Promise<void> | null = null

  /** True when nothing waits to be applied. */
  get isEmpty(): boolean {
    return this.#changed.size === 0 && this.#syncing === null
  }

  /** True while a flush is under way. */
  get flushing(): boolean {
    return this.#flush !== null
  }

  get(key: string): Value | undefined {
    return this.#changed.get(key) ?? this.#syncing?.get(key)
  }

  set(key: string, value: Value): void {
    this.#changed.set(key, value)
  }

  /**
   * Makes what was set before the call durable, then hands it to `apply`. Keys that `sync` names are not durable and stay to be applied; all of them when
   * it rejects. A flush that is still under way is waited for first, so that a sync that hangs is not started twice; what it leaves, because it failed, was
   * cancelled or had begun before, is flushed anew.
   */
  async flush(sync: () => Promise<NotDurable>, apply: Apply<Value>): Promise<void> {
    if (this.#flush !== null) {
      await this.#flush.catch(() => {})
      if (this.isEmpty) return
    }
    this.#flush ??= this.#begin(sync, apply).finally(() => (this.#flush = null))
    await this.#flush
  }

  async #begin(sync: () => Promise<NotDurable>, apply: Apply<Value>): Promise<void> {
    const syncing = this.#changed
    this.#syncing = syncing
    this.#changed = new Map()
    try {
      const failed = await sync()
      apply(new Map([...syncing].filter(([key]) => !failed.has(key))), failed)
      for (const key of syncing.keys()) if (!failed.has(key)) syncing.delete(key)
    } finally {
      this.#syncing = null
      for (const [key, value] of syncing) if (!this.#changed.has(key)) this.#changed.set(key, value)
    }
  }
}

type Apply<Value> = (durable: ReadonlyMap<string, Value>, failed: NotDurable) => void
