import type { RefusedRecord, SinkBatchPart } from '../../dispatch/sink.ts'
import { withDeadline } from '../../lifecycle/deadline.ts'
import type { Metrics } from '../../metrics/metrics.ts'
import type { Clock } from '../../ports/clock.ts'
import { JetStreamError, type JetStreamConnection, type PublishAck } from '../../ports/jet-stream.ts'
import type { Logger } from '../../ports/logger.ts'
import type { JetStreamSinkConfig } from './config.ts'
import { checkOf, heldRecords, messageId, nextMessage, type RecordMessage } from './message.ts'
import { comparePlaces, RecordCursor } from './record-cursor.ts'
import type { StreamConnection } from './stream-access.ts'
import { catchUp, extend, type Progress, type SubjectTail } from './subject-tail.ts'
import { subjectOf } from './subject.ts'

export interface PartWriterOptions {
  readonly config: JetStreamSinkConfig
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'jetStreamFound'>
  readonly access: StreamConnection
  readonly part: SinkBatchPart
  /** Of the part in its batch. */
  readonly index: number
  readonly tail: SubjectTail
  readonly progress: Progress
  readonly signal: AbortSignal
}

export interface WrittenPart {
  /** Of the last message of the subject. */
  readonly sequence: number
  readonly refused: readonly RefusedRecord[]
}

/**
 * Publishes the records of one part of a batch, one message after the other, each behind the last of its subject.
 *
 *     publish, last is 41 --stored as 57--> publish, last is 57 --no answer--> read behind 57: is it there? --> go on behind it
 *                \--the last is not 41--> read behind 41: what was stored of it is passed
 */
export class PartWriter {
  readonly #refused: RefusedRecord[] = []
  readonly #options: PartWriterOptions
  readonly #subject: string
  readonly #cursor: RecordCursor
  readonly #tail: SubjectTail
  readonly #progress: Progress
  readonly #connection: JetStreamConnection

  constructor(options: PartWriterOptions) {
    const { access, config, part, progress, tail } = options
    this.#options = options
    this.#subject = subjectOf(config.subjectPrefix, part.source)
    this.#cursor = new RecordCursor(part.blocks)
    this.#tail = tail
    this.#progress = progress
    this.#connection = access.connection
  }

  /**
   * Publishes what is not stored. When it rejects, the tail knows what is: another writer goes on there.
   * @throws JetStreamError, OtherPublisher, DeadlineError, or the signal's reason
   */
  async run(): Promise<void> {
    const cursor = this.#cursor
    this.#passStored()
    if (this.#tail.sent !== null) await this.#catchUp()
    while (!cursor.done) {
      const message = this.#passUnfit()
      // eslint-disable-next-line no-await-in-loop -- one after the other
      if (message !== null) await this.#publish(message)
    }
  }

  /** The whole batch is answered for. A message that was found may hold more records than that: those are passed with the next. */
  settle(): WrittenPart {
    const { stored } = this.#progress
    if (stored !== null && comparePlaces(stored.to, this.#cursor.place) <= 0) this.#progress.stored = null
    return { sequence: this.#tail.sequence, refused: this.#refused }
  }

  /** Passes what an earlier write of the same records has stored, before it failed. */
  #passStored(): void {
    const { stored } = this.#progress
    if (stored === null) return
    const { place } = this.#cursor
    const isAmong = comparePlaces(place, stored.from) >= 0 && comparePlaces(place, stored.to) < 0
    if (isAmong) this.#cursor.skipTo(stored.to)
  }

  /** Passes records that fit into no message. @returns the first message behind them; null at the end */
  #passUnfit(): RecordMessage | null {
    const { access, config } = this.#options
    const { format, recordsPerMessage: recordsMax, stream } = config
    const bytesMax = access.maxMessageBytes
    while (!this.#cursor.done) {
      const message = nextMessage(this.#cursor, { format, recordsMax, bytesMax, stream })
      if (message !== null) return message
      this.#refuse(`The line is longer than a message of ${bytesMax} bytes holds`)
    }
    return null
  }

  #refuse(why: string): void {
    this.#refused.push({ part: this.#options.index, record: this.#cursor.passed, why })
    this.#cursor.skip(1)
  }

  /** Publishes the message, or finds out what the subject holds instead: then the cursor is where it goes on. */
  async #publish(message: RecordMessage, again: number | null = null): Promise<void> {
    const tail = this.#tail
    const id = messageId(this.#cursor, again)
    tail.sent = { id, progress: this.#progress }
    try {
      const ack = await this.#send(message, id)
      if (!ack.duplicate) return this.#advance(message.records, ack.sequence)
      if (ack.sequence > tail.sequence) return await this.#catchUp()
      await this.#takeDuplicate(message, ack, again)
    } catch (error) {
      if (!(error instanceof JetStreamError)) throw error
      if (error.code === 'too_large' && message.records === 1) {
        tail.sent = null
        return this.#refuse(error.message)
      }
      if (error.code !== 'wrong_last_sequence') throw error
      await this.#catchUpAfter(error)
    }
  }

  /** Under its id the stream holds a message that is not behind the tail: this very record, or another that had its number. */
  async #takeDuplicate(
    message: RecordMessage,
    { sequence }: PublishAck,
    again: number | null,
  ): Promise<void> {
    this.#tail.sent = null
    const found = await this.#next(sequence)
    const held = found?.sequence === sequence ? heldRecords(found, this.#options.part.source.id) : null
    const { block, record } = this.#cursor
    if (held?.check === checkOf(block, record)) {
      this.#options.metrics.jetStreamFound('stored', held.records)
      // What is known of the end of the subject stays as it was.
      this.#pass(held.records)
    } else if (again === null) {
      await this.#publish(message, this.#tail.sequence)
    } else {
      throw new JetStreamError(
        'failed',
        `the server takes ${messageId(this.#cursor, again)} for message ${sequence}`,
      )
    }
  }

  #advance(records: number, sequence: number): void {
    this.#pass(records)
    this.#tail.sequence = sequence
    this.#tail.confirmed = true
    this.#tail.sent = null
  }

  /** So many records from the cursor on are stored. */
  #pass(records: number): void {
    extend(this.#progress, this.#cursor.place, records)
    this.#cursor.skip(records)
  }

  /** The server says that the subject ends elsewhere. When it then does not say where, it is asked again another time. */
  async #catchUpAfter(refusal: JetStreamError): Promise<void> {
    const [passed, sequence] = [this.#cursor.passed, this.#tail.sequence]
    await this.#catchUp()
    if (this.#cursor.passed === passed && this.#tail.sequence === sequence) throw refusal
  }

  async #catchUp(): Promise<void> {
    const { config, logger, metrics, part } = this.#options
    const wasConfirmed = this.#tail.confirmed
    const place = { stream: config.stream, subject: this.#subject }
    const { found, others, shrunk } = await catchUp(
      { tail: this.#tail, progress: this.#progress },
      this.#cursor,
      {
        subject: this.#subject,
        source: part.source.id,
        next: (from) => this.#next(from),
        last: () => this.#ask((signal) => this.#connection.lastMessage(place, { signal })),
        passUnfit: () => void this.#passUnfit(),
      },
    )
    metrics.jetStreamFound('stored', found)
    metrics.jetStreamFound('other', others)
    const fields = { subject: this.#subject, source: part.source.name, sequence: this.#tail.sequence }
    if (found > 0) logger.debug({ ...fields, records: found }, 'Records turned out to be stored already')
    if (others > 0)
      logger.warn(
        { ...fields, messages: others },
        'The stream holds other lines under numbers that are given anew: what follows is stored behind them',
      )
    if (shrunk && wasConfirmed && this.#tail.sequence > 0)
      logger.error(fields, 'The stream does not hold any more what it had acknowledged last')
  }

  async #next(from: number): ReturnType<JetStreamConnection['nextMessage']> {
    const { stream } = this.#options.config
    const place = { stream, subject: this.#subject, from }
    return await this.#ask((signal) => this.#connection.nextMessage(place, { signal }))
  }

  async #send({ headers, payload }: RecordMessage, id: string): Promise<PublishAck> {
    const message = {
      subject: this.#subject,
      stream: this.#options.config.stream,
      id,
      expectedLastSubjectSequence: this.#tail.sequence,
      headers,
      payload,
    }
    return await this.#ask((signal) => this.#connection.publish(message, { signal }))
  }

  async #ask<T>(ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, config, signal } = this.#options
    return await withDeadline(clock, `a request about ${this.#subject}`, config.timeoutMs, signal, ask)
  }
}
