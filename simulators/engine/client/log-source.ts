import type { SeededRandom } from '../../world/seeded-random.ts'
import { PIECE_BYTES_MAX, type Wire, type WireState } from '../../wire/wire.ts'
import type { StreamSource } from './simulated-stream.ts'

/** Feeds a wire into a stream in process, in pieces that now and then are cut at an arbitrary byte. */
export class LogSource implements StreamSource<Uint8Array> {
  readonly #wire: Wire
  readonly #random: SeededRandom

  constructor(wire: Wire, random: SeededRandom) {
    this.#wire = wire
    this.#random = random
    wire.lookAhead()
  }

  get state(): WireState {
    return this.#wire.state
  }

  get dueMs(): number {
    return this.#wire.dueMs
  }

  get hangsOnClose(): boolean {
    return this.#wire.hangsOnClose
  }

  get staysOpen(): boolean {
    return this.#wire.staysOpen
  }

  get delaysHead(): boolean {
    return this.#wire.delaysHead
  }

  set onChange(listener: () => void) {
    this.#wire.onChange = listener
  }

  take(): Uint8Array {
    const whole = Math.min(this.#wire.available, PIECE_BYTES_MAX)
    return this.#wire.take(this.#random.chance(CUT_CHANCE) ? this.#random.integer(1, whole) : whole)
  }

  close(): void {
    this.#wire.close()
  }
}

const CUT_CHANCE = 1 / 8
