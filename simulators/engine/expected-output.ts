import { GrowingBytes } from './growing-bytes.ts'
import type { StreamNumber } from './log-file.ts'

/**
 * What a file that holds everything a container wrote must contain: complete lines of both streams in the order the engine stored their
 * ends, each with exactly one newline.
 */
export class ExpectedOutput {
  readonly #tty: boolean
  readonly #bytes = new GrowingBytes()
  /** Open partial lines by stream; the one stored to last comes last. */
  readonly #partials = new Map<StreamNumber, Uint8Array[]>()
  #lines = 0

  constructor(tty: boolean) {
    this.#tty = tty
  }

  /** Complete lines. */
  get lines(): number {
    return this.#lines
  }

  get length(): number {
    return this.#bytes.length
  }

  /** A message was stored. */
  add(stream: StreamNumber, data: Uint8Array): void {
    const partial = this.#partials.get(stream)
    if (data.at(-1) !== NEWLINE) {
      this.#partials.delete(stream)
      this.#partials.set(stream, [...(partial ?? []), data.slice()])
      return
    }
    for (const piece of partial ?? []) this.#bytes.append(piece)
    this.#partials.delete(stream)
    this.#complete(data)
  }

  /** The container ended: open lines get the newline they lack. */
  end(): void {
    for (const stream of this.#partials.keys()) this.#endPartial(stream)
  }

  /** A view of [from, to), by default of everything. */
  view(from = 0, to: number = this.#bytes.length): Uint8Array {
    return this.#bytes.view(from, to)
  }

  #complete(data: Uint8Array): void {
    const cut = this.#tty && data.at(-2) === CARRIAGE_RETURN ? 2 : 1
    const line = this.#bytes.reserve(data.length - cut + 1)
    line.set(data.subarray(0, data.length - cut))
    line[line.length - 1] = NEWLINE
    this.#lines += 1
  }

  #endPartial(stream: StreamNumber): void {
    const pieces = this.#partials.get(stream)!
    this.#partials.delete(stream)
    for (const piece of pieces) this.#bytes.append(piece)
    this.#bytes.append(NEWLINE_ONLY)
    this.#lines += 1
  }
}

const NEWLINE = 0x0a
const CARRIAGE_RETURN = 0x0d
const NEWLINE_ONLY = Uint8Array.of(NEWLINE)
