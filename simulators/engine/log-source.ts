import type { EngineError } from '../../reference/ports/index.ts'
import type { SeededRandom } from '../seeded-random.ts'
import type { LogReply } from './log-reply.ts'
import type { StreamSource } from './simulated-stream.ts'

/** Feeds a log reply into a stream, in chunks that now and then are cut at an arbitrary byte. */
export class LogSource implements StreamSource<Uint8Array> {
  onChange: () => void = () => {}
  readonly #reply: LogReply
  readonly #random: SeededRandom
  readonly #close: () => void

  constructor(reply: LogReply, random: SeededRandom, close: () => void) {
    this.#reply = reply
    this.#random = random
    this.#close = close
    reply.onChange = () => this.onChange()
  }

  get state(): 'ready' | 'waiting' | 'ended' | EngineError {
    return this.#reply.state
  }

  get hangsOnClose(): boolean {
    return this.#reply.hangsOnClose
  }

  take(): Uint8Array {
    const whole = Math.min(this.#reply.available, CHUNK_BYTES_MAX)
    return this.#reply.take(this.#random.chance(CUT_CHANCE) ? this.#random.integer(1, whole) : whole)
  }

  close(): void {
    this.#close()
  }
}

/** What one read of a socket yields at most. */
const CHUNK_BYTES_MAX = 65_536
const CUT_CHANCE = 1 / 8
