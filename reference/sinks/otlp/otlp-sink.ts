import type { Source } from '../../dispatch/block.ts'
import { recordId } from '../../dispatch/record-id.ts'
import type {
  NotDurable,
  RefusedRecord,
  Sink,
  SinkBatch,
  SinkBatchPart,
  SinkLimits,
  WriteAnswer,
} from '../../dispatch/sink.ts'
import type { HealthCheck } from '../../http/health.ts'
import type { HttpResponse } from '../../ports/http-client.ts'
import { Endpoint } from '../http/endpoint.ts'
import { Poison } from '../http/poison.ts'
import type { SinkContext } from '../sink-definition.ts'
import type { OtlpConfig } from './config.ts'
import { encodeExport } from './encode.ts'
import { partialSuccessOf } from './partial-success.ts'

/**
 * Exports logs by OTLP over HTTP. After 429, 502, 503 and 504, and without an answer, an export is sent again; after any other error of the server or of
 * the request it is not, as the specification says: it is sent in parts, down to the one record that is not taken.
 */
export class OtlpSink implements Sink {
  readonly name = 'otlp'
  readonly limits: SinkLimits
  readonly #config: OtlpConfig
  readonly #context: SinkContext
  readonly #endpoint: Endpoint
  readonly #poison = new Poison()

  constructor(config: OtlpConfig, context: SinkContext) {
    this.#config = config
    this.#context = context
    this.#endpoint = new Endpoint({
      name: this.name,
      config,
      context,
      headers: {},
      mayRepeat: (status) => REPEATED.has(status),
      isDoubt: (status) => status === 400 || status === 422 || status >= 500,
    })
    this.limits = {
      batchBytes: config.batchBytes,
      batchDelayMs: config.batchDelayMs,
      batchRecords: 16_384,
      sourcesPerBatch: 256,
      inFlight: config.maxInFlight,
      writeDeadlineMs: config.timeoutMs,
      // Who receives it may know a record by its id, or not.
      repeatIsHarmless: false,
    }
  }

  async write({ parts, records }: SinkBatch, { signal }: { signal: AbortSignal }): Promise<WriteAnswer> {
    signal.throwIfAborted()
    const host = this.#context.process.hostName()
    const plain = encodeExport(parts, this.#config.encoding, { host })
    const isCompressed = this.#config.compression === 'gzip'
    const body = isCompressed ? await this.#context.gzip(plain) : plain
    signal.throwIfAborted()
    const headers = {
      'content-type': this.#config.encoding === 'protobuf' ? 'application/x-protobuf' : 'application/json',
      ...(isCompressed && { 'content-encoding': 'gzip' }),
    }
    const verdict = await this.#endpoint.post(body, headers, signal)
    if (verdict.kind === 'taken') return this.#taken(parts, records, verdict.response)
    if (verdict.kind !== 'doubt') return verdict
    return records === 1 ? this.#doubted(parts, verdict.why) : { kind: 'smaller', why: verdict.why }
  }

  async sync(): Promise<NotDurable> {
    return ALL_DURABLE
  }

  async forget({ id }: Source): Promise<void> {
    this.#poison.forget(id)
  }

  async close(): Promise<void> {
    await this.#endpoint.close()
  }

  checks(): Readonly<Record<string, HealthCheck>> {
    return this.#endpoint.checks()
  }

  /** Which records were rejected the answer does not say, and they must not be sent again: only where all were it is known. */
  #taken(parts: readonly SinkBatchPart[], records: number, { headers, body }: HttpResponse): WriteAnswer {
    this.#poison.took()
    const marks = parts.map(() => undefined)
    const partial = partialSuccessOf(body, headers['content-type'])
    if (partial === null) return { kind: 'stored', marks }
    const why = `Rejected by the receiver: ${partial.why || 'no words'}`
    if (partial.rejected >= records) return { kind: 'partly', marks, refused: allOf(parts, why) }
    this.#context.metrics.unnamedRefusals(this.name, partial.rejected)
    this.#context.logger.error(
      { sink: this.name, records: partial.rejected, of: records, why },
      'The receiver has rejected some lines and does not say which: they are lost for this sink',
    )
    return { kind: 'stored', marks }
  }

  /** One record that was refused by itself. */
  #doubted(parts: readonly SinkBatchPart[], why: string): WriteAnswer {
    const { source, blocks } = parts[0]!
    const { epoch, firstRecord } = blocks[0]!
    const id = recordId(source.id, epoch, firstRecord)
    if (!this.#poison.refused(source.id, id, this.#context.clock.monotonic())) return { kind: 'again', why }
    return { kind: 'partly', marks: [undefined], refused: [{ part: 0, record: 0, why }] }
  }
}

function allOf(parts: readonly SinkBatchPart[], why: string): RefusedRecord[] {
  return parts.flatMap(({ blocks }, part) => {
    const count = blocks.reduce((sum, { ends }) => sum + ends.length, 0)
    return Array.from({ length: count }, (_, record) => ({ part, record, why }))
  })
}

/** The statuses after which the specification has a request repeated. */
const REPEATED: ReadonlySet<number> = new Set([429, 502, 503, 504])
const ALL_DURABLE: NotDurable = new Map()
