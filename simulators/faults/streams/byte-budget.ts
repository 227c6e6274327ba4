import type { WireCondition } from '../../wire/wire-condition.ts'

/** So many bytes pass, and then none: the end does not come either. */
export class ByteBudget implements WireCondition {
  #left: number
  readonly #onSpent: () => void

  /** @param onSpent called when the last of them has passed */
  constructor(bytes: number, onSpent: () => void = () => {}) {
    this.#left = bytes
    this.#onSpent = onSpent
  }

  get allowance(): number {
    return this.#left
  }

  passed(bytes: number): void {
    this.#left -= bytes
    if (this.#left <= 0) this.#onSpent()
  }
}
