/** Who is to be told of something. */
export class Listeners<Args extends readonly unknown[] = []> {
  readonly #listeners = new Set<(...args: Args) => void>()

  get size(): number {
    return this.#listeners.size
  }

  /** Dispose what is returned to be told no more. */
  add(listener: (...args: Args) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  tell(...args: Args): void {
    for (const listener of this.#listeners) listener(...args)
  }
}
