import { World, type VirtualPorts } from '../../simulators/index.ts'
import { Scope } from '../lifecycle/scope.ts'
import { TaskRegistry } from '../lifecycle/task-registry.ts'
import { Metrics } from '../metrics/metrics.ts'
import type { Block, Source, SourcePosition } from './block.ts'
import { Budget } from './budget.ts'
import { completeConfig, type PartialConfig } from '../config/complete-config.ts'
import { DeadLetters } from './dead-letters/dead-letters.ts'
import { blockBytes } from './held-bytes.ts'
import { SinkPipeline } from './pipeline/sink-pipeline.ts'
import type { NotDurable, Sink, SinkBatch, SinkLimits, WriteAnswer } from './sink.ts'

export function sourceOf(name: string): Source {
  return { id: name.padEnd(64, '-'), kind: 'container', name, attributes: {} }
}

/** Records `first`, `first + 1`, ... of the source, one line each. */
export function blockOf(source: Source, first: number, lines: readonly string[], epoch = 0): Block {
  let end = 0
  const records = first + lines.length
  return {
    source,
    bytes: new TextEncoder().encode(lines.map((line) => `${line}\n`).join('')),
    ends: Uint32Array.from(lines, (line) => (end += line.length + 1)),
    streams: new Uint8Array(lines.length).fill(1),
    times: BigInt64Array.from(lines, () => 1n),
    epoch,
    firstRecord: first,
    position: positionOf(records, epoch),
  }
}

export function positionOf(records: number, epoch = 0): SourcePosition {
  return { epoch, records, toJSON: () => ({ epoch, records }) }
}

export function linesOf(block: Block): string[] {
  return Buffer.from(block.bytes).toString().split('\n').slice(0, -1)
}

/** A sink that answers as it is told, and keeps what it stored. */
export class ScriptedSink implements Sink {
  readonly name: string
  readonly limits: SinkLimits
  /** By source name. */
  readonly stored: Map<string, string[]> = new Map()
  /** Of each write, the lines by source name. */
  readonly writes: Record<string, string[]>[] = []
  readonly forgotten: string[] = []
  syncs = 0
  /** What becomes of a write; by default all of it is stored. */
  answer: (batch: SinkBatch, signal: AbortSignal) => Promise<WriteAnswer | null> | WriteAnswer | null = () =>
    null
  sync: () => Promise<NotDurable> = async () => {
    this.syncs += 1
    return new Map()
  }

  constructor(limits: Partial<SinkLimits> = {}, name = 'scripted') {
    this.name = name
    this.limits = {
      batchBytes: 1 << 20,
      batchRecords: 1000,
      sourcesPerBatch: 1,
      inFlight: 4,
      writeDeadlineMs: null,
      repeatIsHarmless: true,
      ...limits,
    }
  }

  async write(batch: SinkBatch, { signal }: { signal: AbortSignal }): Promise<WriteAnswer> {
    this.writes.push(
      Object.fromEntries(batch.parts.map(({ source, blocks }) => [source.name, blocks.flatMap(linesOf)])),
    )
    const answer = (await this.answer(batch, signal)) ?? { kind: 'stored', marks: this.#marks(batch) }
    if (answer.kind === 'stored' || answer.kind === 'partly') this.#store(batch, answer)
    return answer
  }

  async forget(source: Source): Promise<void> {
    this.forgotten.push(source.name)
  }

  async close(): Promise<void> {}

  #marks(batch: SinkBatch): { n: number }[] {
    return batch.parts.map(({ mark, blocks }) => ({
      n: Number(mark?.['n'] ?? 0) + blocks.reduce((sum, { ends }) => sum + ends.length, 0),
    }))
  }

  #store(batch: SinkBatch, answer: WriteAnswer): void {
    batch.parts.forEach(({ source, blocks }, part) => {
      const refused = answer.kind === 'partly' ? answer.refused : []
      const isRefused = (record: number): boolean =>
        refused.some((one) => one.part === part && one.record === record)
      const lines = blocks.flatMap(linesOf).filter((_, record) => !isRefused(record))
      this.stored.set(source.name, [...(this.stored.get(source.name) ?? []), ...lines])
    })
  }
}

/** A pipeline with a scripted sink in a virtual world. */
export class PipelineRig {
  readonly world: World = new World({ seed: 1 })
  readonly tasks: TaskRegistry = new TaskRegistry(this.world.clock)
  readonly ports: VirtualPorts = this.world.ports()
  readonly metrics: Metrics = new Metrics({
    clock: this.world.clock,
    tasks: this.tasks,
    process: this.ports.process,
    slots: { capacity: 1, active: 0 },
  })
  readonly budget: Budget
  readonly stalled: Set<string> = new Set()
  /** By source name: positions and marks as they were reported. */
  readonly reported: { source: string; records: number; mark: unknown }[] = []
  readonly letters: DeadLetters
  readonly pipeline: SinkPipeline
  readonly sink: ScriptedSink
  scope: Scope = this.newScope()

  constructor(sink: ScriptedSink, bytesMax: number = 1 << 20, deadLetters: PartialConfig['dispatcher'] = {}) {
    this.sink = sink
    this.letters = new DeadLetters({
      ...this.ports,
      metrics: this.metrics,
      stateDir: '/state',
      config: completeConfig({ dispatcher: deadLetters ?? {} }).dispatcher.deadLetters,
    })
    this.budget = new Budget({ bytesMax })
    this.pipeline = new SinkPipeline({
      clock: this.world.clock,
      random: this.ports.random,
      logger: this.ports.logger,
      metrics: this.metrics,
      workers: 4,
      retriesMax: 2,
      fileSystem: this.ports.fileSystem,
      deadLetters: this.letters,
      sink,
      markOf: () => undefined,
      onStored: (source, items, mark) => {
        this.reported.push({ source: source.name, records: items.at(-1)!.block.position.records, mark })
        for (const { permit } of items) permit.release()
      },
      onStalled: (source, stalled) => void (stalled ? this.stalled.add(source) : this.stalled.delete(source)),
    })
  }

  newScope(): Scope {
    return new Scope('pipeline', {
      clock: this.world.clock,
      tasks: this.tasks,
      onFailure: (_, error) => {
        throw error
      },
    })
  }

  start(): void {
    this.pipeline.start(this.scope)
  }

  push(...blocks: readonly Block[]): void {
    for (const block of blocks) {
      const permit = this.budget.tryAcquire(block.source.id, blockBytes(block))
      if (permit === null) throw new Error('no room')
      this.pipeline.push({ block, permit })
    }
  }

  get check(): { ok: boolean; detail: string } {
    return this.pipeline.checks()[`sink ${this.sink.name}`]!
  }

  async figure(name: string): Promise<number> {
    const line = (await this.metrics.text()).split('\n').find((one) => one.startsWith(`${name}{`))
    return line === undefined ? 0 : Number(line.split(' ').at(-1))
  }
}
