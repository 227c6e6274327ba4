/** What is wrong in a run, and until when it was: what it excuses it excuses for a while longer. */
export class Troubles {
  readonly #now: () => number
  /** By what is troubled: when that ended, Infinity while it has not. */
  readonly #untilMs = new Map<string, number>()
  #mendedMs = -Infinity
  readonly #lasting = new Map<string, Disposable[]>()

  /** @param now virtual milliseconds */
  constructor(now: () => number) {
    this.#now = now
  }

  /** @param trouble ended with it, if it is not over by itself */
  begin(what: string, trouble?: Disposable): void {
    this.#untilMs.set(what, Infinity)
    if (trouble === undefined) return
    const lasting = this.#lasting.get(what) ?? []
    this.#lasting.set(what, [...lasting, trouble])
  }

  end(what: string): void {
    for (const trouble of this.#lasting.get(what) ?? []) trouble[Symbol.dispose]()
    this.#lasting.delete(what)
    if (this.#untilMs.get(what) !== Infinity) return
    this.#untilMs.set(what, this.#now())
    this.mended()
  }

  endAll(): void {
    for (const what of this.#untilMs.keys()) this.end(what)
  }

  /** Whether any of these is in trouble. @param kinds how what is troubled may begin */
  isIn(...kinds: readonly string[]): boolean {
    const current = [...this.#untilMs].filter(([, untilMs]) => untilMs === Infinity)
    return current.some(([what]) => kinds.some((kind) => what.startsWith(kind)))
  }

  /** When something was put right last, a part of what is wrong perhaps. */
  get mendedMs(): number {
    return this.#mendedMs
  }

  /** Something was put right; what else was wrong still is. */
  mended(): void {
    this.#mendedMs = this.#now()
  }

  /** Since when none of these is in trouble, by default nothing at all; Infinity while one is. */
  calmSinceMs(...what: readonly string[]): number {
    const all = what.length === 0 ? [...this.#untilMs.keys()] : what
    return Math.max(-Infinity, ...all.map((each) => this.#untilMs.get(each) ?? -Infinity))
  }
}
