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
import { Endpoint, type Verdict } from '../http/endpoint.ts'
import { Poison } from '../http/poison.ts'
import type { SinkContext } from '../sink-definition.ts'
import type { LokiConfig } from './config.ts'
import { encodePush } from './encode.ts'
import { HELD, lokiPart, type LokiPart } from './entries.ts'
import { LabelSets } from './label-sets.ts'
import { isEmpty, isOne, leaveOutLonger, leaveOutRefused } from './refusals.ts'

/**
 * Pushes to Loki. Every record has a stamp that it gets again whenever it is sent again (`DistinctTimes`): what Loki has it drops. So a request may be repeated
 * whatever became of it, and one that Loki took in part is sent again without what Loki named.
 */
export class LokiSink implements Sink {
  readonly name = 'loki'
  readonly limits: SinkLimits
  readonly #config: LokiConfig
  readonly #context: SinkContext
  readonly #endpoint: Endpoint
  readonly #labels: LabelSets
  readonly #poison = new Poison()

  constructor(config: LokiConfig, context: SinkContext) {
    const { batchBytes, batchDelayMs, tenant, timeoutMs } = config
    this.#config = config
    this.#context = context
    this.#labels = new LabelSets({ ...config, host: context.process.hostName() })
    this.#endpoint = new Endpoint({
      name: this.name,
      config,
      context,
      headers: tenant === null ? {} : { 'x-scope-orgid': tenant },
      mayRepeat: (status) => status === 408 || status === 429 || status >= 500,
      isDoubt: (status) => status === 400 || status === 422,
    })
    this.limits = {
      batchBytes,
      batchDelayMs,
      batchRecords: 32_768,
      sourcesPerBatch: 256,
      inFlight: config.maxInFlight,
      writeDeadlineMs: timeoutMs,
      repeatIsHarmless: true,
    }
  }

  async write({ parts: given }: SinkBatch, { signal }: { signal: AbortSignal }): Promise<WriteAnswer> {
    signal.throwIfAborted()
    const parts = given.map((part) => lokiPart(part, this.#labels))
    const refused = leaveOutLonger(parts, this.#config.lineBytesMax)
    const held = (): WriteAnswer => ({
      ...(refused.length === 0 ? { kind: 'stored' as const } : { kind: 'partly' as const, refused }),
      marks: parts.map(({ mark }) => mark),
    })
    for (let round = 0; round < ROUNDS_MAX && !isEmpty(parts); round++) {
      // eslint-disable-next-line no-await-in-loop -- each without what the one before named
      const verdict = await this.#push(parts, signal)
      if (verdict.kind === 'taken') {
        this.#poison.took()
        return held()
      }
      if (verdict.kind !== 'doubt') return verdict
      const named = leaveOutRefused(parts, Buffer.from(verdict.response.body).toString())
      refused.push(...named)
      if (named.length === 0) return this.#doubted(given, parts, refused, verdict.why) ?? held()
    }
    return isEmpty(parts) ? held() : { kind: 'smaller', why: 'Loki refuses some of it, time after time' }
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

  async #push(parts: readonly LokiPart[], signal: AbortSignal): Promise<Verdict> {
    const { encoding } = this.#config
    const { gzip, snappy } = this.#context
    const plain = encodePush(parts, encoding)
    const [body, headers] =
      encoding === 'protobuf'
        ? [await snappy(plain), { 'content-type': 'application/x-protobuf' }]
        : [await gzip(plain), { 'content-type': 'application/json', 'content-encoding': 'gzip' }]
    signal.throwIfAborted()
    return await this.#endpoint.post(body, headers, signal)
  }

  /** Something in it is not taken, and nobody says what. Null when it was the one record that is left, and it is given up. */
  #doubted(
    given: readonly SinkBatchPart[],
    parts: readonly LokiPart[],
    refused: RefusedRecord[],
    why: string,
  ): WriteAnswer | null {
    if (!isOne(parts)) return { kind: 'smaller', why }
    const place = onlyPlace(parts)
    const { source, blocks } = given[place.part]!
    const id = recordId(source.id, blocks[0]!.epoch, blocks[0]!.firstRecord + place.record)
    if (!this.#poison.refused(source.id, id, this.#context.clock.monotonic())) return { kind: 'again', why }
    refused.push({ ...place, why })
    return null
  }
}

/** Where the one record is that is left to be sent. */
function onlyPlace(parts: readonly LokiPart[]): { part: number; record: number } {
  const part = parts.findIndex((one) => !isEmpty([one]))
  const records = parts[part]!.blocks.flatMap(({ stream }) => [...stream])
  return { part, record: records.findIndex((stream) => stream < HELD) }
}

const ALL_DURABLE: NotDurable = new Map()
/** Each round Loki names at least ten entries of one stream, or all that are too old. */
const ROUNDS_MAX = 32
