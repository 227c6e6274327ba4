const NANOSECONDS = 1_000_000_000n

/** Writes times as RFC 3339 stamps with nine decimals in UTC. Times of one block are near each other: the second is worked out once. */
export class TimeWriter {
  #second = -1n
  #text = ''

  /** @param time nanoseconds since the Unix epoch, not negative. */
  write(time: bigint): string {
    const second = time / NANOSECONDS
    if (second !== this.#second) {
      this.#second = second
      this.#text = new Date(Number(second) * 1000).toISOString().slice(0, 19)
    }
    return `${this.#text}.${String(time % NANOSECONDS).padStart(9, '0')}Z`
  }
}
