/**
 * Which containers are gone, by the lists alone. One list proves nothing: an engine that has just come up lists none before it has read its data. A
 * container is gone when several lists in a row, over some time, did not have it.
 */
export class Absences {
  readonly #lists: number
  readonly #spanMs: () => number
  #missing = new Map<string, { readonly sinceMs: number; readonly lists: number }>()

  /** @param options.lists so many lists in a row must miss it, the last of them `spanMs` milliseconds or more after the first, which may change. */
  constructor(options: { lists: number; spanMs: () => number }) {
    this.#lists = options.lists
    this.#spanMs = options.spanMs
  }

  /**
   * Takes a list.
   * @param known the ids that are asked about; what is remembered of others is dropped
   * @returns those of them that are gone, in every list from then on
   */
  note(present: ReadonlySet<string>, known: Iterable<string>, nowMs: number): string[] {
    const missing = new Map<string, { sinceMs: number; lists: number }>()
    for (const id of known) {
      if (present.has(id)) continue
      const { sinceMs, lists } = this.#missing.get(id) ?? { sinceMs: nowMs, lists: 0 }
      missing.set(id, { sinceMs, lists: lists + 1 })
    }
    this.#missing = missing
    const isGone = ({ sinceMs, lists }: { sinceMs: number; lists: number }): boolean =>
      lists >= this.#lists && nowMs - sinceMs >= this.#spanMs()
    return [...missing].filter(([, absence]) => isGone(absence)).map(([id]) => id)
  }

  /** Forgets what earlier lists missed. */
  clear(): void {
    this.#missing.clear()
  }
}
