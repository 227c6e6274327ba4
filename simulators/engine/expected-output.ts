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
    if (data[data.length - 1] !== NEWLINE) return this.#addPartial(stream, data)
    if (this.#partials.size > 0) this.#takePartial(stream)
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
    this.#lines += 1
    if (!this.#tty || data[data.length - 2] !== CARRIAGE_RETURN) return this.#bytes.append(data)
    this.#bytes.append(data.subarray(0, -2))
    this.#bytes.append(NEWLINE_ONLY)
  }

  #addPartial(stream: StreamNumber, data: Uint8Array): void {
    const pieces = this.#partials.get(stream) ?? []
    this.#partials.delete(stream)
    this.#partials.set(stream, [...pieces, data.slice()])
  }

  #endPartial(stream: StreamNumber): void {
    this.#takePartial(stream)
    this.#complete(NEWLINE_ONLY)
  }

  #takePartial(stream: StreamNumber): void {
    for (const piece of this.#partials.get(stream) ?? []) this.#bytes.append(piece)
    this.#partials.delete(stream)
  }
}

const NEWLINE = 0x0a
const CARRIAGE_RETURN = 0x0d
const NEWLINE_ONLY = Uint8Array.of(NEWLINE)
