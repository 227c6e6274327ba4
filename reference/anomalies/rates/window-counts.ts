/**
 * Lines by the window they were written in, for the windows that are not judged yet: the last four. What is older goes, judged or not.
 */
export class WindowCounts {
  readonly #windows = new Float64Array(KEPT).fill(-1)
  readonly #lines = new Float64Array(KEPT)

  /** @param window its number since the epoch */
  add(window: number, lines: number): void {
    const place = window % KEPT
    if (this.#windows[place] !== window) {
      this.#windows[place] = window
      this.#lines[place] = 0
    }
    this.#lines[place] = this.#lines[place]! + lines
  }

  of(window: number): number {
    const place = window % KEPT
    return this.#windows[place] === window ? this.#lines[place]! : 0
  }
}

const KEPT = 4
