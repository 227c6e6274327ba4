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

  get(key: string): Value | undefined {
    return this.#changed.get(key) ?? this.#syncing?.get(key)
  }

  set(key: string, value: Value): void {
    this.#changed.set(key, value)
  }

  /**
   * Makes what was set before the call durable, then hands all of it to `apply`. A flush that is still under way is joined instead: a sync that hangs is
   * not started twice. Rejects as `sync` does, and then everything stays to be applied.
   */
  async flush(sync: () => Promise<void>, apply: (changes: ReadonlyMap<string, Value>) => void): Promise<void> {
    this.#flush ??= this.#begin(sync, apply).finally(() => (this.#flush = null))
    await this.#flush
  }

  async #begin(sync: () => Promise<void>, apply: (changes: ReadonlyMap<string, Value>) => void): Promise<void> {
    const syncing = this.#changed
    this.#syncing = syncing
    this.#changed = new Map()
    try {
      await sync()
      apply(syncing)
    } catch (error) {
      for (const [key, value] of syncing) if (!this.#changed.has(key)) this.#changed.set(key, value)
      throw error
    } finally {
      this.#syncing = null
    }
  }
}
