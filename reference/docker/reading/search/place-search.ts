import { KeyRing } from './key-ring.ts'

/** A place behind a delivered message, as it is looked for. */
export interface SoughtPlace {
  /** Messages from the first one with the newest stamp up to the place; undefined when nobody counted. */
  readonly sinceNewest: number | undefined
  /** Keys of the last delivered messages. */
  readonly ring: KeyRing
}

/**
 * Finds a place again in one reply, by counting from the first message with the newest delivered stamp:
 *
 *     | older | M  M  M  older  M | new ...          M: the newest stamp, counted: 5
 *             ^ begins here       ^ place
 *
 * The first M is known by the older message before it, or by being the first of the log. Where the clock stepped back there may be several such
 * beginnings. The keys of the last delivered messages tell whether the place is the right one; alone they would not, since equal lines of one
 * second have equal keys.
 */
export class PlaceSearch {
  readonly #sought: SoughtPlace
  readonly #keys = new KeyRing()
  /** Ordinals in the reply of the messages where counting may begin. */
  readonly #beginnings: number[] = []
  #passed = 0
  #olderBefore = true

  constructor(sought: SoughtPlace) {
    this.#sought = sought
  }

  /** Messages taken. */
  get passed(): number {
    return this.#passed
  }

  /** Messages from the first one with the newest stamp up to the place, once it is found. */
  get sinceNewest(): number {
    return this.#passed - this.#beginnings[0]!
  }

  /**
   * Takes the next message of the reply. Unless the reply is the whole log its first one must be older than the newest stamp.
   * @param order of the message's stamp and the newest delivered one: negative when it is older
   * @returns whether the place is behind this message
   */
  push(key: number, order: number): boolean {
    if (order === 0 && this.#olderBefore) this.#beginnings.push(this.#passed)
    this.#olderBefore = order < 0
    this.#passed += 1
    this.#keys.add(key)
    return this.#isCounted() && this.#keys.endsWith(this.#sought.ring)
  }

  /** Whether as many messages have come as were counted; if nobody counted, whether counting can begin now. */
  #isCounted(): boolean {
    const { sinceNewest } = this.#sought
    if (sinceNewest === undefined) return this.#beginnings.length > 0
    while (this.#beginnings.length > 0 && this.sinceNewest > sinceNewest) this.#beginnings.shift()
    return this.#beginnings.length > 0 && this.sinceNewest === sinceNewest
  }
}
