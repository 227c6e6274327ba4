import { newDescriptors, openDescriptors, withNumber, type OpenDescriptor } from './open-descriptors.ts'

/** A descriptor that was not open before. */
export interface AddedDescriptor extends OpenDescriptor {
  /** At the end of which round of the block it was first seen. */
  readonly round: number
}

/** What was open before the block, and when what is open now was first seen. */
export class DescriptorHistory {
  readonly #before: readonly OpenDescriptor[] | null
  readonly #rounds = new Map<string, number>()
  #lastRound = 0

  /** @param before what was open, or null on a system that does not list descriptors */
  constructor(before: readonly OpenDescriptor[] | null) {
    this.#before = before
  }

  endRound(round: number): void {
    this.#lastRound = round
    for (const descriptor of openDescriptors() ?? []) {
      const key = withNumber(descriptor)
      if (!this.#rounds.has(key)) this.#rounds.set(key, round)
    }
  }

  /** What is open now and was not before; null on a system that does not list descriptors. */
  added(): AddedDescriptor[] | null {
    const now = openDescriptors()
    if (now === null || this.#before === null) return null
    return newDescriptors(this.#before, now).map((descriptor) => ({
      ...descriptor,
      round: this.#rounds.get(withNumber(descriptor)) ?? this.#lastRound,
    }))
  }
}
