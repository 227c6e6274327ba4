import { describe, expect, test } from 'vitest'
import { World, type VirtualPorts } from '../../simulators/index.ts'
import type { Block } from '../dispatch/block.ts'
import type { SinkMark } from '../dispatch/sink.ts'
import { TaskRegistry } from '../lifecycle/task-registry.ts'
import { Metrics } from '../metrics/metrics.ts'
import { LocalFileSink } from './local-file-sink.ts'

const { signal } = new AbortController()
const source = { id: '0123456789ab'.padEnd(64, '0'), kind: 'container', name: 'web', attributes: {} } as const
const PATH = '/logs/web-0123456789ab.log'

/** A block of whole lines. */
function block(text: string): Block {
  const bytes = Buffer.from(text)
  const ends = Uint32Array.from([...text.matchAll(/\n/g)], ({ index }) => index + 1)
  const streams = new Uint8Array(ends.length).fill(1)
  const times = new BigInt64Array(ends.length)
  return {
    source,
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
class Rig {
  readonly world: World
  ports!: VirtualPorts
  sink!: LocalFileSink

  constructor(seed = 1) {
    this.world = new World({ seed })
    this.begin()
  }

  begin(): void {
    this.ports = this.world.ports()
    const { clock, fileSystem, gzip, logger, process } = this.ports
    const tasks = new TaskRegistry(clock)
    const metrics = new Metrics({
      clock,
      tasks,
      process,
      slots: { capacity: 1, active: 0 },
    })
    const rotate = { maxSize: null, maxAgeMs: null, maxFiles: 10, compress: 'none' } as const
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
    const part = { source, blocks: [block(text)], mark }
    const answer = await this.sink.write({ parts: [part], records: 1, bytes: text.length }, { signal })
    if (answer.kind !== 'stored') throw new Error(JSON.stringify(answer))
    return answer.marks[0]
  }

  get contents(): string {
    return Buffer.from(this.world.fileSystem.contents(PATH)).toString()
  }

  get warnings(): number {
    return this.ports.logger.entries.filter(({ level }) => level === 'warn').length
  }
}

describe('after a kill -9', () => {
  test('what was written and not committed is skipped, in however small batches it comes again', async () => {
    const rig = new Rig()
    rig.world.fileSystem.disk.put(PATH, 'a\nb\nc\n')
    const mark = await rig.write(['a\n', 'b\n', 'c\n', 'd\n'])
    expect([rig.contents, mark, rig.warnings]).toEqual(['a\nb\nc\nd\n', { length: 8 }, 0])
  })

  test('a torn last record is completed', async () => {
    const rig = new Rig()
    rig.world.fileSystem.disk.put(PATH, 'a\nbb')
    await rig.write(['a\nbbb\n', 'c\n'])
    expect([rig.contents, rig.warnings]).toEqual(['a\nbbb\nc\n', 0])
  })

  test('a torn last record that comes again otherwise is cut', async () => {
    const rig = new Rig()
    rig.world.fileSystem.disk.put(PATH, 'a\nbb')
    await rig.write(['a\nbxx\n', 'c\n'])
    expect([rig.contents, rig.warnings]).toEqual(['a\nbxx\nc\n', 0])
  })

  test('lines of somebody else are kept, and told', async () => {
    const rig = new Rig()
    rig.world.fileSystem.disk.put(PATH, 'a\nb\nhello\nthere\n')
    await rig.write(['a\nb\nc\n', 'd\n'])
    expect([rig.contents, rig.warnings]).toEqual(['a\nb\nhello\nthere\nc\nd\n', 1])
  })
})

describe('after a power cut', () => {
  test('NULs where a record was not written are cut, with what lies behind them, and it is written again', async () => {
    const rig = new Rig()
    rig.world.fileSystem.disk.put(PATH, 'a\nb\0\0\0\0\nd\ne\n')
    const mark = await rig.write(['a\nbbb\n', 'cc\nd\n', 'e\n'])
    expect([rig.contents, mark]).toEqual(['a\nbbb\ncc\nd\ne\n', { length: 13 }])
    expect(rig.warnings).toBe(1)
  })

  test('NULs that the container wrote stay', async () => {
    const rig = new Rig()
    rig.world.fileSystem.disk.put(PATH, 'a\n\0\0\n')
    await rig.write(['a\n\0\0\nb\n'])
    expect([rig.contents, rig.warnings]).toEqual(['a\n\0\0\nb\n', 0])
  })

  test('whatever was left of what was not synced, the file holds every line once', async () => {
    const lines = Array.from({ length: 300 }, (_, n) => `line ${n} ${'x'.repeat(n)}\n`)
    for (let seed = 0; seed < 50; seed++) {
      const rig = new Rig(seed)
      const synced = await rig.write(lines.slice(0, 50))
      await rig.world.run(() => rig.sink.sync({ signal }))
      await rig.write(lines.slice(50, 250), synced)
      rig.world.crash({ kind: 'power' })
      rig.begin()
      await rig.write([lines.slice(50, 150).join(''), ...lines.slice(150)], synced)
      expect(rig.contents).toBe(lines.join(''))
    }
  })

  test('a file that an earlier process created, and did not get to sync the directory for, is there once the sink was synced', async () => {
    for (let seed = 0; seed < 50; seed++) {
      const rig = new Rig(seed)
      await rig.write(['a\n'])
      rig.world.crash({ kind: 'kill' })
      rig.begin()
      const mark = await rig.write(['a\n', 'b\n'])
      await rig.world.run(() => rig.sink.sync({ signal }))
      rig.world.crash({ kind: 'power' })
      expect([rig.contents, mark]).toEqual(['a\nb\n', { length: 4 }])
    }
  })

  test('a directory that could not be synced is synced the next time', async () => {
    for (let seed = 0; seed < 50; seed++) {
      const rig = new Rig(seed)
      await rig.write(['a\n'])
      const broken = rig.world.fileSystem.disturb(
        { kind: 'error', code: 'EIO' },
        { operations: ['syncDirectory'] },
      )
      await expect(rig.world.run(() => rig.sink.sync({ signal }))).rejects.toMatchObject({ code: 'EIO' })
      broken[Symbol.dispose]()
      await rig.world.run(() => rig.sink.sync({ signal }))
      rig.world.crash({ kind: 'power' })
      expect(rig.contents).toBe('a\n')
    }
  })
})
