/** Tells once that an exchange is over. */
export class ExchangeEnd {
  readonly #listeners = new Set<() => void>()
  #happened = false

  get happened(): boolean {
    return this.#happened
  }

  listen(listener: () => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  /** @returns false when it had happened before */
  happen(): boolean {
    if (this.#happened) return false
    this.#happened = true
    for (const listener of this.#listeners) listener()
    this.#listeners.clear()
    return true
  }
}
