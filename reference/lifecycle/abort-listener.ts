/**
 * Runs `listener` when the signal becomes aborted; call what is returned to take it away. One function may not listen twice at a time. However many listeners a
 * signal has here, the signal itself has one: its own list is searched from the start for each that is added or removed, which made a
 * thousand streams of one signal twenty times as slow as one stream.
 */
export function listenForAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal === NEVER) return ignore
  const known: WithListeners = signal
  const listeners = (known[LISTENERS] ??= new AbortListeners(signal))
  return listeners.add(listener)
}

class AbortListeners {
  readonly #signal: AbortSignal
  readonly #listeners = new Set<() => void>()
  readonly #onAbort = (): void => {
    for (const listener of this.#listeners) listener()
  }

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  add(listener: () => void): () => void {
    if (this.#listeners.size === 0) this.#signal.addEventListener('abort', this.#onAbort)
    this.#listeners.add(listener)
    return () => this.#remove(listener)
  }

  #remove(listener: () => void): void {
    if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return
    this.#signal.removeEventListener('abort', this.#onAbort)
  }
}

/**
 * A signal that is never aborted, for waits that something else ends. Nothing is put on its list: who waits for ever would never leave it, such as what a simulation has
 * killed, and would keep all that it knows.
 */
export const NEVER: AbortSignal = new AbortController().signal

const ignore = (): void => {}
/** They lie on the signal itself: for short-lived signals a weak map costs more than all the rest. */
const LISTENERS: unique symbol = Symbol('listeners')
type WithListeners = AbortSignal & { [LISTENERS]?: AbortListeners }
