/** Something that happens once, if at all. */
export class Occurrence {
  readonly #listeners = new Set<() => void>()
  #happened = false

  get happened(): boolean {
    return this.#happened
  }

  /** Calls back when it happens, at once when it has happened. Dispose to be forgotten. */
  listen(listener: () => void): Disposable {
    if (this.#happened) listener()
    else this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  /** @returns false when it had happened before: nobody is called twice */
  happen(): boolean {
    if (this.#happened) return false
    this.#happened = true
    for (const listener of this.#listeners) listener()
    return true
  }
}
