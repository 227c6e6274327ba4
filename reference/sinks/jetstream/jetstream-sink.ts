import type { Source } from '../../dispatch/block.ts'
import type {
  NotDurable,
  Sink,
  SinkBatch,
  SinkBatchPart,
  SinkLimits,
  WriteAnswer,
} from '../../dispatch/sink.ts'
import { messageOf } from '../../errors.ts'
import type { HealthCheck } from '../../http/health.ts'
import { withDeadline } from '../../lifecycle/deadline.ts'
import type { Metrics } from '../../metrics/metrics.ts'
import type { Clock } from '../../ports/clock.ts'
import type { FileSystem } from '../../ports/file-system.ts'
import { JetStreamError, type JetStream, type JetStreamErrorCode } from '../../ports/jet-stream.ts'
import type { Logger } from '../../ports/logger.ts'
import type { JetStreamSinkConfig } from './config.ts'
import { PartWriter } from './part-writer.ts'
import { NoAccess, StreamAccess, type StreamConnection } from './stream-access.ts'
import { OtherPublisher } from './subject-tail.ts'
import { subjectOf, subjectsOf } from './subject.ts'
import { SubjectTails } from './subject-tails.ts'

export interface JetStreamSinkOptions {
  readonly config: JetStreamSinkConfig
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly jetStream: JetStream
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'mirrorJetStreamConnection' | 'jetStreamFound'>
}

/**
 * Publishes every record to a stream of a NATS server, under a subject of its source, once.
 *
 * Each message says which sequence the last of its subject must have. One that comes late, twice, or from the process before this one is therefore never
 * stored beside another, however long after: the server's own memory of ids is minutes long. Of one source one message is under way at a time, because the
 * sequence of a message is known only from its acknowledgement: streams number the messages of all subjects together. Sources do not wait for each other.
 */
export class JetStreamSink implements Sink {
  readonly name = 'jetstream'
  readonly limits: SinkLimits
  readonly #options: JetStreamSinkOptions
  readonly #access: StreamAccess
  readonly #tails = new SubjectTails()
  /** Sources to whose subject somebody else publishes, with a sentence. */
  readonly #others = new Map<string, string>()
  /** Why nothing can be stored; null when something was. */
  #trouble: string | null = null

  constructor(options: JetStreamSinkOptions) {
    const { config, metrics } = options
    this.#options = options
    const batchRecords = Math.min(BATCH_MESSAGES * config.recordsPerMessage, BATCH_RECORDS_MAX)
    this.limits = { ...LIMITS, batchRecords }
    this.#access = new StreamAccess(options)
    metrics.mirrorJetStreamConnection(() => this.#access.server !== null)
  }

  async write({ parts }: SinkBatch, { signal }: { signal: AbortSignal }): Promise<WriteAnswer> {
    let access: StreamConnection | null = null
    try {
      access = await this.#access.use({ signal })
      const used = access
      const results = await Promise.allSettled(
        parts.map((part, index) => this.#writePart(part, index, used, signal)),
      )
      for (const result of results) if (result.status === 'rejected') throw result.reason
      this.#trouble = null
      return stored(results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])))
    } catch (error) {
      signal.throwIfAborted()
      return this.#notStored(error, access)
    }
  }

  /** An acknowledged message is as durable as the stream is: what its server promises cannot be made more of from here. */
  async sync(): Promise<NotDurable> {
    return NOTHING
  }

  async forget({ id }: Source): Promise<void> {
    this.#tails.forget(id)
    this.#others.delete(id)
  }

  async close(): Promise<void> {
    this.#access.drop()
  }

  /** Connects anew with the next write: with the secrets as they are then. */
  async reopen(): Promise<void> {
    this.#access.drop()
  }

  checks(): Readonly<Record<string, HealthCheck>> {
    const { stream } = this.#options.config
    const [other] = this.#others.values()
    const { server } = this.#access
    const detail = this.#trouble ?? other ?? (server === null ? 'not connected' : `${stream} at ${server}`)
    return { jetstream: { ok: this.#trouble === null && other === undefined, detail } }
  }

  async #writePart(
    part: SinkBatchPart,
    index: number,
    access: StreamConnection,
    signal: AbortSignal,
  ): Promise<PartWriter> {
    const { source } = part
    try {
      const last = (): Promise<number> => this.#lastSequence(source, access, signal)
      return await this.#tails.use(part, { last, signal }, async ({ tail, progress }) => {
        const writer = new PartWriter({ ...this.#options, access, part, index, tail, progress, signal })
        await writer.run()
        this.#others.delete(source.id)
        return writer
      })
    } catch (error) {
      if (error instanceof OtherPublisher) this.#reportOther(source, error)
      throw error
    }
  }

  async #lastSequence(
    source: Source,
    { connection }: StreamConnection,
    signal: AbortSignal,
  ): Promise<number> {
    const { clock, config } = this.#options
    const place = { stream: config.stream, subject: subjectOf(config.subjectPrefix, source) }
    const message = await withDeadline(clock, 'a request', config.timeoutMs, signal, (own) =>
      connection.lastMessage(place, { signal: own }),
    )
    return message?.sequence ?? 0
  }

  #reportOther({ id, name }: Source, { message }: OtherPublisher): void {
    if (!this.#others.has(id)) {
      this.#options.metrics.jetStreamFound('foreign', 1)
      this.#options.logger.error(
        { source: name, why: message },
        'A subject has another publisher: nothing is stored under it',
      )
    }
    this.#others.set(id, message)
  }

  #notStored(error: unknown, access: StreamConnection | null): WriteAnswer {
    const why = this.#reasonOf(error)
    if (error instanceof OtherPublisher) return { kind: 'again', why }
    // What the stream takes, and whether it is there, is asked again with the next connection.
    if (access !== null) this.#access.drop(access.connection)
    const isRefusal =
      (error instanceof NoAccess && error.isRefusal) ||
      (error instanceof JetStreamError && REFUSALS.has(error.code))
    if (isRefusal || error instanceof NoAccess) this.#trouble = why
    return isRefusal ? { kind: 'refused', why } : { kind: 'again', why, of: 'sink' }
  }

  #reasonOf(error: unknown): string {
    const { stream, subjectPrefix } = this.#options.config
    if (!(error instanceof JetStreamError)) return messageOf(error)
    if (error.code === 'no_responders' || error.code === 'wrong_stream')
      return `Stream ${stream} does not take subjects such as ${subjectsOf(subjectPrefix)}: ${error.message}`
    return `Stream ${stream}: ${error.message}`
  }
}

function stored(writers: readonly PartWriter[]): WriteAnswer {
  const parts = writers.map((writer) => writer.settle())
  const marks = parts.map(({ sequence }) => ({ sequence }))
  const refused = parts.flatMap((part) => part.refused)
  return refused.length === 0 ? { kind: 'stored', marks } : { kind: 'partly', marks, refused }
}

/** Nothing of any source can be stored until somebody puts it right. */
const REFUSALS: ReadonlySet<JetStreamErrorCode> = new Set([
  'unauthorized',
  'no_responders',
  'no_stream',
  'wrong_stream',
  'full',
])
const LIMITS: SinkLimits = {
  batchBytes: 1024 * 1024,
  batchRecords: 512,
  sourcesPerBatch: 64,
  inFlight: 8,
  // A batch of one source, a message each, over 100 ms there and back.
  writeDeadlineMs: 60_000,
  repeatIsHarmless: true,
}
/** Longer ones of many sources are not faster, and a short one waits for the longest in its batch. */
const BATCH_MESSAGES = 512
const BATCH_RECORDS_MAX = 16_384
const NOTHING: NotDurable = new Map()
