import { messageOf } from '../../errors.ts'
import { Condition } from '../../lifecycle/condition.ts'
import { RetryPause } from '../../lifecycle/retry-pause.ts'
import type { Metrics } from '../../metrics/metrics.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Logger } from '../../ports/logger.ts'
import type { Random } from '../../ports/random.ts'
import type { Letter } from './letter.ts'
import type { LetterStore } from './letter-store.ts'

export interface LetterWriterOptions {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metrics: Metrics
  readonly sink: string
  readonly store: LetterStore
}

interface Entry {
  readonly letters: readonly Letter[]
  /** They would survive a power cut. */
  readonly onKept: () => void
  /** They cannot be kept now. */
  readonly onLate: () => void
}

/** Puts records that a sink will not get where they are kept. What they came with is not acknowledged before that. */
export class LetterWriter {
  readonly #options: LetterWriterOptions
  readonly #entries: Entry[] = []
  readonly #came = new Condition()
  #pause: RetryPause | null = null
  #fault: string | null = null

  constructor(options: LetterWriterOptions) {
    this.#options = options
  }

  /** What keeps letters from being kept; null when nothing does. */
  get trouble(): string | null {
    if (this.#fault !== null) return `cannot be kept: ${this.#fault}`
    return this.#options.store.isFull
      ? 'full: more wait for room, nothing of their sources is delivered'
      : null
  }

  put(entry: Entry): void {
    this.#entries.push(entry)
    this.#came.notifyAll()
  }

  /** A stop waits for what is not kept. */
  hurry(): void {
    this.#pause?.hurry()
  }

  /** Until the signal is aborted. What is not kept by then stays for the next run. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger, random, sink } = this.#options
    const pause = (this.#pause = new RetryPause(clock, random))
    for (;;) {
      while (this.#entries.length === 0) await this.#came.wait({ signal })
      try {
        await this.#keep(signal)
        this.#fault = null
        pause.reset()
      } catch (error) {
        signal.throwIfAborted()
        if (this.#fault === null)
          logger.error({ sink, err: error }, 'Dead letters cannot be kept; their sources wait')
        this.#fault = messageOf(error)
        for (const { onLate } of this.#entries) onLate()
        await pause.wait({ signal })
      }
    }
  }

  async #keep(signal: AbortSignal): Promise<void> {
    const { metrics, sink, store } = this.#options
    const taken = this.#takeTogether()
    const letters = taken.flatMap((entry) => entry.letters)
    const added = store.add(letters, { signal })
    if (store.isFull) for (const { onLate } of taken) onLate()
    await added
    this.#entries.splice(0, taken.length)
    for (const { ends, note } of letters) metrics.deadLettered(sink, note.reason, ends.length)
    for (const { letters: own } of taken) this.#tell(own)
    for (const { onKept } of taken) onKept()
  }

  /** Those that are written at once: the first, and more while it stays small. */
  #takeTogether(): Entry[] {
    let bytes = 0
    const count = this.#entries.findIndex(({ letters }) => {
      bytes += letters.reduce((sum, letter) => sum + letter.bytes.byteLength, 0)
      return bytes > TOGETHER_BYTES
    })
    return this.#entries.slice(0, count === -1 ? undefined : Math.max(1, count))
  }

  /** One line for those of a source. */
  #tell([first, ...others]: readonly Letter[]): void {
    if (first === undefined) return
    const records = others.reduce((sum, { ends }) => sum + ends.length, first.ends.length)
    const { reason, why } = first.note
    const fields = { sink: this.#options.sink, source: first.source.name, records, reason, why }
    this.#options.logger.error(fields, 'The sink does not take these lines: they are dead letters')
  }
}

const TOGETHER_BYTES = 256 * 1024
