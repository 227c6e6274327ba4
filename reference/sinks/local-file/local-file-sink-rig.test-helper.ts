import { World, type VirtualPorts } from '../../../simulators/index.ts'
import type { RotationConfig } from './config.ts'
import type { Block, Source } from '../../dispatch/block.ts'
import type { NotDurable, SinkMark, WriteAnswer } from '../../dispatch/sink.ts'
import { TaskRegistry } from '../../lifecycle/task-registry.ts'
import { Metrics } from '../../metrics/metrics.ts'
import { LocalFileSink } from './local-file-sink.ts'

const { signal } = new AbortController()
export const source: Source = {
  id: '0123456789ab'.padEnd(64, '0'),
  kind: 'container',
  name: 'web',
  attributes: {},
}
export const other: Source = { ...source, id: 'f'.repeat(64), name: 'other' }
/** Of the file of {@link source}. */
export const PATH = '/logs/web-0123456789ab.log'

/** A block of whole lines. */
function block(text: string, owner: Source = source): Block {
  const bytes = Buffer.from(text)
  const ends = Uint32Array.from([...text.matchAll(/\n/g)], ({ index }) => index + 1)
  const streams = new Uint8Array(ends.length).fill(1)
  const times = new BigInt64Array(ends.length)
  return {
    source: owner,
    bytes,
    ends,
    streams,
    times,
    epoch: 0,
    firstRecord: 0,
    position: { epoch: 0, records: 0, toJSON: () => null },
  }
}

/** A process with a sink: writes that come one after the other, each a batch, and what the file holds afterwards. */
export class Rig {
  readonly world: World
  ports!: VirtualPorts
  sink!: LocalFileSink
  metrics!: Metrics

  readonly #rotate: Partial<RotationConfig>

  constructor(seed = 1, rotate: Partial<RotationConfig> = {}) {
    this.#rotate = rotate
    this.world = new World({ seed })
    this.begin()
  }

  begin(): void {
    this.ports = this.world.ports()
    const { clock, fileSystem, gzip, logger, process } = this.ports
    const tasks = new TaskRegistry(clock)
    const metrics = (this.metrics = new Metrics({
      clock,
      tasks,
      process,
      slots: { capacity: 1, active: 0 },
    }))
    const rotate = { maxSize: null, maxAgeMs: null, maxFiles: 10, compress: 'none', ...this.#rotate } as const
    const config = { enabled: true, directory: '/logs', maxOpenFiles: 2, format: 'raw', rotate } as const
    this.sink = new LocalFileSink({ config, clock, fileSystem, gzip, logger, metrics, tasks })
  }

  async write(texts: readonly string[], mark?: SinkMark): Promise<SinkMark | undefined> {
    let last = mark
    for (const text of texts) {
      // oxlint-disable-next-line no-await-in-loop -- in order
      last = await this.world.run(() => this.#writeOne(text, last))
    }
    return last
  }

  async #writeOne(text: string, mark: SinkMark | undefined): Promise<SinkMark | undefined> {
    const answer = await this.answer(text, mark)
    if (answer.kind !== 'stored') throw new Error(JSON.stringify(answer))
    return answer.marks[0]
  }

  answer(text: string, mark?: SinkMark, owner: Source = source): Promise<WriteAnswer> {
    const part = { source: owner, blocks: [block(text, owner)], mark }
    return this.sink.write({ parts: [part], records: 1, bytes: text.length }, { signal })
  }

  sync(): Promise<NotDurable> {
    return this.world.run(() => this.sink.sync({ signal }))
  }

  get contents(): string {
    return this.read(PATH)
  }

  read(path: string): string {
    return Buffer.from(this.world.fileSystem.contents(path)).toString()
  }

  get warnings(): number {
    return this.ports.logger.entries.filter(({ level }) => level === 'warn').length
  }
}
