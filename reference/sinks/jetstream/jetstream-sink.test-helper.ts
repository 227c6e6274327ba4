import {
  World,
  type SimulatedStream,
  type SimulatedStreamOptions,
  type VirtualPorts,
} from '../../../simulators/index.ts'
import { blockOf } from '../../dispatch/pipeline-rig.test-helper.ts'
import type { Block, Source } from '../../dispatch/block.ts'
import type { SinkBatch, SinkMark, WriteAnswer } from '../../dispatch/sink.ts'
import { parseConfig } from '../../config/parse-config.ts'
import { TaskRegistry } from '../../lifecycle/task-registry.ts'
import { Metrics } from '../../metrics/metrics.ts'
import type { JetStreamSinkConfig } from './config.ts'
import { JetStreamSink } from './jetstream-sink.ts'

/** A sink, its server and the processes it lives in, in a virtual world. */
export class SinkRig {
  readonly world: World = new World({ seed: 1, recordLocations: false })
  readonly stream: SimulatedStream
  metrics: Metrics
  readonly config: JetStreamSinkConfig
  ports: VirtualPorts
  sink: JetStreamSink
  /** By source id, as the positions have it. */
  readonly marks: Map<string, SinkMark | undefined> = new Map()

  constructor(config: Partial<JetStreamSinkConfig> = {}, stream: Partial<SimulatedStreamOptions> = {}) {
    this.config = { ...DEFAULTS.sinks.jetStream, ...config }
    this.stream = this.world.jetStream.addStream({ name: 'LOGS', subjects: ['logs.>'], ...stream })
    this.ports = this.world.ports()
    this.metrics = this.#newMetrics()
    this.sink = this.#newSink()
  }

  /** `kill -9`, and a new process. */
  crash(): void {
    this.world.crash({ kind: 'kill' })
    this.ports = this.world.ports()
    this.metrics = this.#newMetrics()
    this.sink = this.#newSink()
  }

  /** One write; the mark of what was stored is kept. */
  async write(...blocks: readonly Block[]): Promise<WriteAnswer> {
    const batch = batchOf(blocks, this.marks)
    const answer = await this.world.run(() => this.sink.write(batch, { signal: NEVER }))
    if (answer.kind === 'stored' || answer.kind === 'partly')
      batch.parts.forEach(({ source }, part) => this.marks.set(source.id, answer.marks[part]))
    return answer
  }

  /** One write of dead letters, which have no mark. */
  async redeliver(...blocks: readonly Block[]): Promise<WriteAnswer> {
    const { parts, ...batch } = batchOf(blocks, new Map())
    const redelivered = { ...batch, parts: parts.map((part) => ({ ...part, redelivered: true })) }
    return await this.world.run(() => this.sink.write(redelivered, { signal: NEVER }))
  }

  /** Writes until it is stored, at most so often. @returns the last answer */
  async writeAll(blocks: readonly Block[], times = 20): Promise<WriteAnswer> {
    let answer = await this.write(...blocks)
    for (let n = 1; n < times && (answer.kind === 'again' || answer.kind === 'refused'); n++) {
      // eslint-disable-next-line no-await-in-loop -- one after the other
      await this.world.advance(200)
      // eslint-disable-next-line no-await-in-loop
      answer = await this.write(...blocks)
    }
    return answer
  }

  /** Lines of the stream, in its order. */
  lines(subject?: string): string[] {
    return this.stream.messages
      .filter((message) => subject === undefined || message.subject === subject)
      .flatMap(({ payload }) => Buffer.from(payload).toString().split('\n'))
  }

  async figure(name: string): Promise<number> {
    const line = (await this.metrics.text()).split('\n').find((one) => one.startsWith(name))
    return line === undefined ? 0 : Number(line.split(' ').at(-1))
  }

  #newMetrics(): Metrics {
    const { clock } = this.world
    const slots = { capacity: 1, active: 0 }
    return new Metrics({ clock, tasks: new TaskRegistry(clock), process: this.ports.process, slots })
  }

  #newSink(): JetStreamSink {
    return new JetStreamSink({ ...this.ports, config: this.config, metrics: this.metrics })
  }
}

/** Lines `from` to `to` (exclusive), as the workload numbers them. */
export function linesFrom(source: Source, from: number, to: number, epoch = 0): Block {
  const lines = Array.from({ length: to - from }, (_, index) => `line ${from + index}`)
  const block = blockOf(source, from, lines, epoch)
  return { ...block, times: block.times.map((_, index) => 1_000n + BigInt(from + index)) }
}

function batchOf(blocks: readonly Block[], marks: ReadonlyMap<string, SinkMark | undefined>): SinkBatch {
  const sources = [...new Set(blocks.map(({ source }) => source))]
  return {
    parts: sources.map((source) => ({
      source,
      blocks: blocks.filter((block) => block.source === source),
      mark: marks.get(source.id),
    })),
    records: blocks.reduce((sum, { ends }) => sum + ends.length, 0),
    bytes: blocks.reduce((sum, { bytes }) => sum + bytes.byteLength, 0),
  }
}

const NEVER = new AbortController().signal
const DEFAULTS = parseConfig('', { file: 'defaults', env: {} })
