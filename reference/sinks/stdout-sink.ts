import { messageOf } from '../errors.ts'
import type { HealthCheck } from '../http/health.ts'
import { onAbort } from '../lifecycle/abort.ts'
import type { NotDurable, Sink, SinkBatch, SinkLimits, WriteAnswer } from '../dispatch/sink.ts'
import { formatBlock } from './record-format.ts'

/**
 * Writes every record to standard output as one JSON object per line. What was written before a `kill -9` and not yet committed is written
 * again after it: a pipe cannot be read back. For the same reason a write has no deadline: the stream has taken the bytes for good, however slowly
 * whoever reads them does so. An abort only stops waiting; the next write waits for the one before it.
 */
export class StdoutSink implements Sink {
  readonly name = 'stdout'
  readonly limits: SinkLimits = LIMITS
  readonly #write: (bytes: readonly Uint8Array[]) => Promise<void>
  #failure: string | null = null
  /** The write under way, if any; never rejects. */
  #last: Promise<WriteAnswer> = Promise.resolve(STORED_NOTHING)

  constructor(write: (bytes: readonly Uint8Array[]) => Promise<void>) {
    this.#write = write
  }

  async write(batch: SinkBatch, { signal }: { signal: AbortSignal }): Promise<WriteAnswer> {
    signal.throwIfAborted()
    const { promise: aborted, reject } = Promise.withResolvers<never>()
    using _ = onAbort(signal, () => reject(signal.reason))
    await Promise.race([this.#last, aborted])
    this.#last = this.#writeAll(batch)
    return await Promise.race([this.#last, aborted])
  }

  async sync(): Promise<NotDurable> {
    return NOTHING
  }

  async forget(): Promise<void> {}

  async close(): Promise<void> {}

  checks(): Readonly<Record<string, HealthCheck>> {
    return { stdout: { ok: this.#failure === null, detail: this.#failure ?? 'written to' } }
  }

  async #writeAll(batch: SinkBatch): Promise<WriteAnswer> {
    try {
      await this.#write(
        batch.parts.flatMap(({ blocks }) => blocks.map((block) => formatBlock(block, 'json'))),
      )
      this.#failure = null
      return { kind: 'stored', marks: batch.parts.map(() => undefined) }
    } catch (error) {
      this.#failure = `Standard output takes nothing: ${messageOf(error)}`
      return { kind: 'refused', why: this.#failure }
    }
  }
}

const LIMITS: SinkLimits = {
  batchBytes: 1024 * 1024,
  batchRecords: 16_384,
  sourcesPerBatch: 256,
  inFlight: 1,
  writeDeadlineMs: null,
  repeatIsHarmless: false,
}
const STORED_NOTHING: WriteAnswer = { kind: 'stored', marks: [] }
const NOTHING: NotDurable = new Map()
