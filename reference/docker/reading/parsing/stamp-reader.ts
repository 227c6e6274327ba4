/** `2026-11-21T01:17:`, what stamps of one minute have in common. */
const MINUTE_BYTES = 17
const ZERO = 0x30
const WORD = 2 ** 32
/** From the epoch: within it every nanosecond of a minute fits into 64 bits. */
const LONGEST_MS = 9_223_372_000_000

/**
 * Reads stamps of the usual form as nanoseconds since the Unix epoch. Stamps of one log are near each other: the minute is worked out once and the rest is
 * added in two 32-bit words, because a BigInt per record would cost an allocation.
 */
export class StampReader {
  readonly #minute = new Uint8Array(MINUTE_BYTES)
  #minuteUs = 0
  #low = 0
  #high = 0
  #words: Uint32Array = new Uint32Array(0)
  #times: BigInt64Array | undefined

  /**
   * Writes the time of the stamp at `start` to `times[index]`. Of a stamp that names no moment, or one that 64 bits of nanoseconds cannot say (before 1678 or after
   * 2261), only the seconds count.
   */
  read(buffer: Uint8Array, start: number, times: BigInt64Array, index: number): void {
    if (!this.#isMinute(buffer, start)) this.#takeMinute(buffer, start)
    if (this.#times !== times) {
      this.#times = times
      this.#words = new Uint32Array(times.buffer, times.byteOffset, times.length * 2)
    }
    const sum = this.#low + nanosecondsOfMinute(buffer, start + MINUTE_BYTES)
    // Node runs on little-endian machines only: the low word comes first.
    this.#words[2 * index] = sum >>> 0
    this.#words[2 * index + 1] = this.#high + Math.floor(sum / WORD)
  }

  /** The time of the stamp at `start`, whole microseconds since the Unix epoch. */
  microseconds(buffer: Uint8Array, start: number): number {
    if (!this.#isMinute(buffer, start)) this.#takeMinute(buffer, start)
    return this.#minuteUs + Math.floor(nanosecondsOfMinute(buffer, start + MINUTE_BYTES) / 1000)
  }

  #isMinute(buffer: Uint8Array, start: number): boolean {
    // From the end: the minute changes first.
    for (let i = MINUTE_BYTES - 1; i >= 0; i--) if (this.#minute[i] !== buffer[start + i]) return false
    return true
  }

  #takeMinute(buffer: Uint8Array, start: number): void {
    this.#minute.set(buffer.subarray(start, start + MINUTE_BYTES))
    const ms = Date.parse(`${new TextDecoder('latin1').decode(this.#minute)}00Z`)
    this.#minuteUs = Math.abs(ms) < LONGEST_MS ? ms * 1000 : 0
    const ns = BigInt.asUintN(64, BigInt(this.#minuteUs) * 1000n)
    this.#low = Number(ns & 0xffff_ffffn)
    this.#high = Number(ns >> 32n)
  }
}

/** Of `37.000000000`. */
function nanosecondsOfMinute(buffer: Uint8Array, start: number): number {
  let value = (buffer[start]! - ZERO) * 10 + (buffer[start + 1]! - ZERO)
  for (let i = start + 3; i < start + 12; i++) value = value * 10 + (buffer[i]! - ZERO)
  return value
}
