import type { BodyKind } from './body-kind.ts'

/** Between two chunks, at the beginning of the line that tells a size. */
export const BETWEEN_CHUNKS = -1

/**
 * Where one is in a body that is read piece by piece, cut anywhere. By turns: {@link skipFraming}, then {@link pass} for as much of {@link left} as is there.
 *
 *     size line --> data --> line end --> size line ... --> size 0 --> trailers --> over
 *
 * What is no chunk where one should be makes the rest of the connection the body: the bytes pass, whatever they are.
 */
export class BodyScanner {
  #state: 'size' | 'extension' | 'data' | 'line-end' | 'trailer' | 'over'
  readonly #isChunked: boolean
  #left = 0
  #size = 0
  #digits = 0
  /** Characters of the trailer's line so far. */
  #lineLength = 0

  constructor(body: BodyKind) {
    this.#isChunked = body.kind === 'chunked'
    if (body.kind === 'length') this.#left = body.bytes
    if (body.kind === 'rest') this.#left = Infinity
    this.#state = this.#isChunked ? 'size' : body.kind === 'none' ? 'over' : 'data'
  }

  get over(): boolean {
    return this.#state === 'over'
  }

  /** Bytes of data that follow before anything else does. */
  get left(): number {
    return this.#state === 'data' ? this.#left : 0
  }

  /**
   * Where one is, if somebody else could go on from here: bytes left of the chunk, 0 where only its line end is missing, or {@link BETWEEN_CHUNKS}; null
   * inside of a line. Without chunks the bytes that are left.
   */
  get place(): number | null {
    if (this.#state === 'data') return this.#left
    return this.#state === 'size' && this.#digits === 0 ? BETWEEN_CHUNKS : null
  }

  /** Goes back, or on, to a place. */
  moveTo(place: number): void {
    if (place === BETWEEN_CHUNKS) return this.#beginSize()
    this.#state = 'data'
    this.#left = place
  }

  /** Passes what is no data. @returns where data begins, or the bytes end, or the body is over */
  skipFraming(bytes: Uint8Array, from: number): number {
    let at = from
    while (at < bytes.length && this.#isFraming) this.#take(bytes[at++]!)
    return at
  }

  /** Passes data, at most {@link left} of it. */
  pass(length: number): void {
    this.#left -= length
    if (this.#left === 0 && !this.#isChunked) this.#state = 'over'
  }

  get #isFraming(): boolean {
    return this.#state === 'data' ? this.#left === 0 : this.#state !== 'over'
  }

  #take(byte: number): void {
    switch (this.#state) {
      case 'size':
        return this.#takeSize(byte)
      case 'extension':
        if (byte === LF) this.#beginData()
        return
      case 'data':
      case 'line-end':
        return this.#takeLineEnd(byte)
      case 'trailer':
        return this.#takeTrailer(byte)
      case 'over':
    }
  }

  #takeSize(byte: number): void {
    const digit = HEX[byte] ?? -1
    if (digit >= 0 && this.#digits < DIGITS_MAX) {
      this.#size = this.#size * 16 + digit
      this.#digits += 1
      return
    }
    if (this.#digits === 0 || (byte !== CR && byte !== LF && byte !== SEMICOLON && byte !== SPACE))
      return this.#giveUp()
    if (byte === LF) this.#beginData()
    else this.#state = 'extension'
  }

  #takeLineEnd(byte: number): void {
    if (byte === LF) return this.#beginSize()
    if (byte !== CR || this.#state === 'line-end') return this.#giveUp()
    this.#state = 'line-end'
  }

  #takeTrailer(byte: number): void {
    if (byte === LF && this.#lineLength === 0) this.#state = 'over'
    else if (byte === LF) this.#lineLength = 0
    else if (byte !== CR) this.#lineLength += 1
  }

  #beginSize(): void {
    this.#state = 'size'
    this.#size = 0
    this.#digits = 0
  }

  #beginData(): void {
    this.#left = this.#size
    this.#state = this.#size === 0 ? 'trailer' : 'data'
    this.#lineLength = 0
  }

  #giveUp(): void {
    this.#state = 'data'
    this.#left = Infinity
  }
}

const [CR, LF, SEMICOLON, SPACE] = [0x0d, 0x0a, 0x3b, 0x20] as const
/** More would be beyond what a number holds exactly. */
const DIGITS_MAX = 12
const HEX: readonly number[] = Array.from({ length: 128 }, (_, code) => {
  const digit = Number.parseInt(String.fromCodePoint(code), 16)
  return Number.isNaN(digit) ? -1 : digit
})
