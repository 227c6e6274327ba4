import type { Source } from '../../dispatch/block.ts'
import type {
  NotDurable,
  RefusedRecord,
  Sink,
  SinkBatch,
  SinkBatchPart,
  SinkLimits,
  SinkMark,
  WriteAnswer,
} from '../../dispatch/sink.ts'
import { messageOf } from '../../errors.ts'
import type { HealthCheck } from '../../http/health.ts'
import { withDeadline } from '../../lifecycle/deadline.ts'
import type { Metrics } from '../../metrics/metrics.ts'
import type { Clock } from '../../ports/clock.ts'
import type { FileSystem } from '../../ports/file-system.ts'
import {
  JetStreamError,
  type JetStream,
  type JetStreamErrorCode,
  type PublishAck,
} from '../../ports/jet-stream.ts'
import type { Logger } from '../../ports/logger.ts'
import type { JetStreamSinkConfig } from './config.ts'
import { messageId, nextMessage, type RecordMessage } from './message.ts'
import { comparePlaces, RecordCursor } from './record-cursor.ts'
import { NoAccess, StreamAccess, type StreamConnection } from './stream-access.ts'
import { catchUp, OtherPublisher, type SubjectTail } from './subject-tail.ts'
import { subjectOf, subjectsOf } from './subject.ts'

export interface JetStreamSinkOptions {
  readonly config: JetStreamSinkConfig
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly jetStream: JetStream
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'jetStreamConnected' | 'jetStreamFound'>
}

/** A part of a batch on its way: what is published over which connection. */
interface Writing {
  readonly part: SinkBatchPart
  readonly index: number
  readonly subject: string
  readonly cursor: RecordCursor
  readonly tail: SubjectTail
  readonly access: StreamConnection
  readonly refused: RefusedRecord[]
  readonly signal: AbortSignal
}

/**
 * Publishes every record to a stream of a NATS server, under a subject of its source, once.
 *
 * Each message says which sequence the last of its subject must have. One that comes late, twice, or from the process before this one is therefore never
 * stored beside another, however long after: the server's own memory of ids is minutes long. Of one source one message is under way at a time, because the
 * sequence of a message is known only from its acknowledgement: streams number the messages of all subjects together. Sources do not wait for each other.
 *
 *     publish, last is 41 --stored as 57--> publish, last is 57 --no answer--> read behind 57: is it there? --> go on behind it
 *                \--the last is not 41--> read behind 41: what was stored of it is passed
 */
export class JetStreamSink implements Sink {
  readonly name = 'jetstream'
  readonly limits: SinkLimits
  readonly #options: JetStreamSinkOptions
  readonly #access: StreamAccess
  readonly #tails = new Map<string, SubjectTail>()
  /** Sources to whose subject somebody else publishes, with a sentence. */
  readonly #others = new Map<string, string>()
  #trouble: string | null = null

  constructor(options: JetStreamSinkOptions) {
    const { config, metrics } = options
    this.#options = options
    const batchRecords = Math.min(BATCH_MESSAGES * config.recordsPerMessage, BATCH_RECORDS_MAX)
    this.limits = { ...LIMITS, batchRecords }
    this.#access = new StreamAccess({
      ...options,
      onConnected: (isConnected) => metrics.jetStreamConnected(isConnected),
    })
  }

  async write({ parts }: SinkBatch, { signal }: { signal: AbortSignal }): Promise<WriteAnswer> {
    let access: StreamConnection | null = null
    try {
      access = await this.#access.use({ signal })
      const used = access
      const writings = parts.map((part, index) => this.#begin(part, index, used, signal))
      const results = await Promise.allSettled(writings.map((writing) => this.#writePart(writing)))
      for (const result of results) if (result.status === 'rejected') throw result.reason
      this.#trouble = null
      return this.#stored(writings)
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
    this.#tails.delete(id)
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

  #begin(part: SinkBatchPart, index: number, access: StreamConnection, signal: AbortSignal): Writing {
    const { source, blocks, mark } = part
    const subject = subjectOf(this.#options.config.subjectPrefix, source)
    const cursor = new RecordCursor(blocks)
    const tail = this.#tailOf(source, mark)
    passStored(cursor, tail)
    return { part, index, subject, cursor, tail, access, refused: [], signal }
  }

  #tailOf({ id }: Source, mark: SinkMark | undefined): SubjectTail {
    let tail = this.#tails.get(id)
    if (tail === undefined) {
      tail = { sequence: Number(mark?.['sequence'] ?? 0), confirmed: false, sent: null, stored: null }
      this.#tails.set(id, tail)
    }
    return tail
  }

  async #writePart(writing: Writing): Promise<void> {
    const { cursor, tail, part } = writing
    try {
      if (tail.sent !== null) await this.#catchUp(writing)
      while (!cursor.done) {
        const message = this.#passUnfit(writing)
        // eslint-disable-next-line no-await-in-loop -- one after the other
        if (message !== null) await this.#publish(message, writing)
      }
      this.#others.delete(part.source.id)
    } catch (error) {
      if (error instanceof OtherPublisher) this.#reportOther(part.source, error)
      throw error
    }
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

  /** Passes records that fit into no message. @returns the first message behind them; null at the end */
  #passUnfit({ cursor, access, index, refused }: Writing): RecordMessage | null {
    const { format, recordsPerMessage: recordsMax, stream } = this.#options.config
    const bytesMax = access.maxMessageBytes
    while (!cursor.done) {
      const message = nextMessage(cursor, { format, recordsMax, bytesMax, stream })
      if (message !== null) return message
      const why = `The line is longer than a message of ${bytesMax} bytes holds`
      refused.push({ part: index, record: cursor.passed, why })
      cursor.skip(1)
    }
    return null
  }

  /** Publishes the message, or finds out what the subject holds instead: then the cursor is where it goes on. */
  async #publish(message: RecordMessage, writing: Writing, again: number | null = null): Promise<void> {
    const { cursor, tail } = writing
    tail.sent = messageId(cursor, again)
    try {
      const ack = await this.#send(message, tail.sent, writing)
      if (!ack.duplicate) return advance(writing, message, ack)
    } catch (error) {
      if (!(error instanceof JetStreamError)) throw error
      if (error.code === 'too_large') return this.#refuse(message, writing, error)
      if (error.code !== 'wrong_last_sequence') throw error
      return await this.#catchUpWithRefusal(writing, error)
    }
    const place = cursor.place
    await this.#catchUp(writing)
    // The id is that of a record from before: under it the stream holds another, and the server stores no second.
    const isAnother = !cursor.done && comparePlaces(cursor.place, place) === 0
    if (isAnother && again === null) await this.#publish(message, writing, tail.sequence)
  }

  /** The server says that the subject ends elsewhere. When it then does not say where, it is asked again another time. */
  async #catchUpWithRefusal(writing: Writing, refusal: JetStreamError): Promise<void> {
    const { cursor, tail } = writing
    const [passed, sequence] = [cursor.passed, tail.sequence]
    await this.#catchUp(writing)
    if (cursor.passed === passed && tail.sequence === sequence) throw refusal
  }

  async #send(message: RecordMessage, id: string, writing: Writing): Promise<PublishAck> {
    const { config } = this.#options
    const { subject, tail, access, signal } = writing
    const outgoing = {
      subject,
      stream: config.stream,
      id,
      expectedLastSubjectSequence: tail.sequence,
      headers: message.headers,
      payload: message.payload,
    }
    return await this.#asked(signal, `publishing to ${subject}`, (own) =>
      access.connection.publish(outgoing, { signal: own }),
    )
  }

  async #catchUp(writing: Writing): Promise<void> {
    const { config, logger, metrics } = this.#options
    const { part, subject, cursor, tail, access, signal } = writing
    const { connection } = access
    const wasConfirmed = tail.confirmed
    const { found, others, shrunk } = await catchUp(tail, cursor, {
      connection: {
        nextMessage: (place) =>
          this.#asked(signal, `reading ${subject}`, (own) => connection.nextMessage(place, { signal: own })),
        lastMessage: (place) =>
          this.#asked(signal, `reading ${subject}`, (own) => connection.lastMessage(place, { signal: own })),
      },
      stream: config.stream,
      subject,
      source: part.source.id,
      signal,
      passUnfit: () => void this.#passUnfit(writing),
    })
    metrics.jetStreamFound('stored', found)
    metrics.jetStreamFound('other', others)
    const fields = { subject, source: part.source.name, sequence: tail.sequence }
    if (found > 0) logger.debug({ ...fields, records: found }, 'Records turned out to be stored already')
    if (others > 0)
      logger.warn(
        { ...fields, messages: others },
        'The stream holds other lines under numbers that are given anew: what follows is stored behind them',
      )
    if (shrunk && wasConfirmed && tail.sequence > 0)
      logger.error(fields, 'The stream does not hold any more what it had acknowledged last')
  }

  async #asked<T>(signal: AbortSignal, what: string, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, config } = this.#options
    return await withDeadline(clock, what, config.timeoutMs, signal, ask)
  }

  /** The stream takes smaller messages than it said when it was connected to. Several records that are too large together are tried again with what it says now. */
  #refuse(message: RecordMessage, { cursor, index, refused, tail }: Writing, error: JetStreamError): void {
    if (message.records > 1) throw error
    tail.sent = null
    refused.push({ part: index, record: cursor.passed, why: error.message })
    cursor.skip(1)
  }

  #stored(writings: readonly Writing[]): WriteAnswer {
    writings.forEach(settle)
    const marks = writings.map(({ tail }) => ({ sequence: tail.sequence }))
    const refused = writings.flatMap((writing) => writing.refused)
    return refused.length === 0 ? { kind: 'stored', marks } : { kind: 'partly', marks, refused }
  }

  #notStored(error: unknown, access: StreamConnection | null): WriteAnswer {
    const why = this.#reasonOf(error)
    if (error instanceof OtherPublisher) return { kind: 'again', why }
    // What the stream takes, and whether it is there, is asked again with the next connection.
    if (access !== null) this.#access.drop(access.connection)
    const isForAll = error instanceof NoAccess || (error instanceof JetStreamError && FOR_ALL.has(error.code))
    if (!isForAll) return { kind: 'again', why }
    this.#trouble = why
    return { kind: 'refused', why }
  }

  #reasonOf(error: unknown): string {
    const { stream, subjectPrefix } = this.#options.config
    if (!(error instanceof JetStreamError)) return messageOf(error)
    if (error.code === 'no_responders' || error.code === 'wrong_stream')
      return `Stream ${stream} does not take subjects such as ${subjectsOf(subjectPrefix)}: ${error.message}`
    return `Stream ${stream}: ${error.message}`
  }
}

/** Passes what an earlier write of the same records has stored, before it failed. */
function passStored(cursor: RecordCursor, { stored }: SubjectTail): void {
  if (stored === null) return
  const { place } = cursor
  const isAmong = comparePlaces(place, stored.from) >= 0 && comparePlaces(place, stored.to) < 0
  if (isAmong) cursor.skipTo(stored.to)
}

function advance({ cursor, tail }: Writing, { records }: RecordMessage, { sequence }: PublishAck): void {
  const from = cursor.place
  cursor.skip(records)
  tail.sequence = sequence
  tail.confirmed = true
  tail.sent = null
  tail.stored = {
    from: tail.stored?.from ?? from,
    to: { epoch: from.epoch, ordinal: from.ordinal + records },
  }
}

/** All of it is answered for. A message that was found may hold more records than the batch. */
function settle({ cursor, tail }: Writing): void {
  if (tail.stored !== null && comparePlaces(tail.stored.to, cursor.place) <= 0) tail.stored = null
}

/** Nothing of any source can be stored until it is put right. */
const FOR_ALL: ReadonlySet<JetStreamErrorCode> = new Set([
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
