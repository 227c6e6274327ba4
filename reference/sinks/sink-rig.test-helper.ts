import { SimulatedSink, World } from '../../simulators/index.ts'
import type { SinkStoreOptions } from '../../simulators/sinks/sink-store.ts'
import type { PartialConfig } from '../config/complete-config.ts'
import { completeConfig } from '../config/complete-config.ts'
import type { SinksConfig } from '../config/config.ts'
import type { Block } from '../dispatch/block.ts'
import type { Sink, SinkMark, WriteAnswer } from '../dispatch/sink.ts'
import { TaskRegistry } from '../lifecycle/task-registry.ts'
import { Metrics } from '../metrics/metrics.ts'
import { makeSinks } from './make-sinks.ts'
import type { SinkContext } from './sink-definition.ts'

/** A network sink in a world, and the service it sends to. */
export class SinkRig {
  readonly world: World
  readonly service: SimulatedSink
  readonly sink: Sink
  readonly metrics: Metrics

  /** @param origin where the sink's URL leads */
  constructor(origin: string, store: SinkStoreOptions, config: PartialConfig<SinksConfig>) {
    this.world = new World({ seed: 1 })
    this.service = new SimulatedSink(this.world, store)
    this.world.sinks[origin] = this.service
    const ports = this.world.ports()
    const tasks = new TaskRegistry(ports.clock)
    this.metrics = new Metrics({
      clock: ports.clock,
      tasks,
      process: ports.process,
      slots: { capacity: 1, active: 0 },
    })
    const context: SinkContext = { ...ports, tasks, metrics: this.metrics }
    const { sinks } = completeConfig({ sinks: { localFile: { enabled: false }, ...config } })
    this.sink = makeSinks(sinks, context)[0]!
  }

  /** Writes blocks, a part for each source. */
  async write(
    blocks: readonly Block[],
    marks: readonly (SinkMark | undefined)[] = [],
    signal: AbortSignal = new AbortController().signal,
  ): Promise<WriteAnswer> {
    const parts = [...Map.groupBy(blocks, ({ source }) => source)].map(([source, own], part) => ({
      source,
      blocks: own,
      mark: marks[part],
    }))
    const records = blocks.reduce((sum, { ends }) => sum + ends.length, 0)
    const bytes = blocks.reduce((sum, block) => sum + block.bytes.length, 0)
    return await this.world.run(() => this.sink.write({ parts, records, bytes }, { signal }))
  }
}
