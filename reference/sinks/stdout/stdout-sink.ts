import { messageOf } from '../../errors.ts'
import type { HealthCheck } from '../../http/health.ts'
import { onAbort } from '../../lifecycle/abort.ts'
import type { NotDurable, Sink, SinkBatch, SinkLimits, WriteAnswer } from '../../dispatch/sink.ts'
import type { Block, Source } from '../../dispatch/block.ts'
import { sliceBehind } from '../../dispatch/pipeline/slice-records.ts'
import { formatBlock } from '../record-format.ts'

/**
 * Writes every record to standard output as one JSON object per line. What was written before a `kill -9` and not yet committed is written
 * again after it: a pipe cannot be read back. For the same reason a write has no deadline: the stream has taken the bytes for good, however slowly
 * whoever reads them does so. An abort only stops waiting; the next write waits for the one before it, and leaves out what that has written.
 */
export class StdoutSink implements Sink {
  readonly name = 'stdout'
  readonly limits: SinkLimits = LIMITS
  readonly #write: (bytes: readonly Uint8Array[]) => Promise<void>
  #failure: string | null = null
  /** The write under way, if any; never rejects. */
  #last: Promise<WriteAnswer> = Promise.resolve(STORED_NOTHING)
  /** By source, up to where it was written without anybody being told. */
  readonly #untold = new Map<string, { readonly epoch: number; readonly records: number }>()

  constructor(write: (bytes: readonly Uint8Array[]) => Promise<void>) {
    this.#write = write
  }

  async write(batch: SinkBatch, { signal }: { signal: AbortSignal }): Promise<WriteAnswer> {
    signal.throwIfAborted()
    const { promise: aborted, reject } = Promise.withResolvers<never>()
    using _ = onAbort(signal, () => reject(signal.reason))
    await Promise.race([this.#last, aborted])
    const writing = this.#writeAll(batch)
    this.#last = writing
    try {
      return await Promise.race([writing, aborted])
    } catch (error) {
      this.#last = writing.then((answer) => {
        if (answer.kind === 'stored') this.#noteUntold(batch)
        return answer
      })
      throw error
    }
  }

  async sync(): Promise<NotDurable> {
    return NOTHING
  }

  async forget({ id }: Source): Promise<void> {
    this.#untold.delete(id)
  }

  async close(): Promise<void> {}

  checks(): Readonly<Record<string, HealthCheck>> {
    return { stdout: { ok: this.#failure === null, detail: this.#failure ?? 'written to' } }
  }

  #noteUntold({ parts }: SinkBatch): void {
    for (const { source, blocks } of parts) {
      const { epoch, firstRecord, ends } = blocks.at(-1)!
      this.#untold.set(source.id, { epoch, records: firstRecord + ends.length })
    }
  }

  #missing({ parts }: SinkBatch): Block[] {
    return parts.flatMap(({ source, blocks }) => {
      const untold = this.#untold.get(source.id)
      return blocks.map((block) => sliceBehind(block, untold)).filter((block) => block !== null)
    })
  }

  async #writeAll(batch: SinkBatch): Promise<WriteAnswer> {
    const missing = this.#missing(batch)
    try {
      if (missing.length > 0) await this.#write(missing.map((block) => formatBlock(block, 'json')))
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
