import fc from 'fast-check'
import { expect, test } from 'vitest'
import { World } from '../../simulators/index.ts'
import type { RotationConfig } from '../config/config.ts'
import type { Block } from '../dispatch/block.ts'
import type { SinkMark } from '../dispatch/sink.ts'
import { TaskRegistry } from '../lifecycle/task-registry.ts'
import { Metrics } from '../metrics/metrics.ts'
import { LocalFileSink } from './local-file-sink.ts'

const { signal } = new AbortController()
const source = { id: '0'.repeat(64), kind: 'container', name: 'web', attributes: {} } as const
const PATH = '/logs/web-000000000000.log'

/** Lines tell their number, and differ in length. */
const lineOf = (number: number): string => `${number} ${'x'.repeat((number * 7) % 23)}\n`

type Step =
  | { readonly write: number }
  | { readonly fail: 'torn' | 'no-space'; readonly write: number }
  | { readonly others: 'rename' | 'remove' | 'cut' | 'copy and cut' | 'append' }
  | { readonly crash: 'kill' | 'power' }
  | 'commit'
  | 'close'

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ write: fc.integer({ min: 1, max: 6 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      fail: fc.constantFrom('torn', 'no-space'),
      write: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ others: fc.constantFrom('rename', 'remove', 'cut', 'copy and cut', 'append') }),
  },
  { weight: 2, arbitrary: fc.record({ crash: fc.constantFrom('kill', 'power') }) },
  { weight: 3, arbitrary: fc.constant('commit') },
  { weight: 1, arbitrary: fc.constant('close') },
)

/** A file sink over several lives of its process, its positions, and what others do to its files. */
class Rig {
  readonly world: World
  readonly #rotate: RotationConfig
  #sink!: LocalFileSink
  #acknowledged: { next: number; mark: SinkMark | undefined } = { next: 0, mark: undefined }
  #committed = this.#acknowledged
  /** How many records were ever written. */
  #written = 0
  #foreign = 0
  #moved = 0
  /** Where two things happened to a file before anything was committed, nobody can tell what was where. */
  #disturbed = false
  /** What others destroyed. */
  readonly #destroyed: string[] = []

  constructor(seed: number, rotate: RotationConfig) {
    this.world = new World({ seed, recordLocations: false })
    this.#rotate = rotate
    this.#begin()
  }

  async take(what: Step): Promise<void> {
    if (what === 'commit') await this.#commit()
    else if (what === 'close') await this.world.run(() => this.#sink.close())
    else if ('others' in what) await this.#disturb(what.others)
    else if ('crash' in what) this.#crash(what.crash)
    else if ('fail' in what) {
      using _ = this.world.fileSystem.disturb({ kind: what.fail }, { times: 1 })
      await this.#write(what.write)
    } else await this.#write(what.write)
  }

  /** All is well again: everything is written once more, as far as it was not. */
  async end(): Promise<void> {
    await this.#settle()
    await this.world.run(() => this.#sink.close())
  }

  /** Everything that was ever written is acknowledged and committed. */
  async #settle(): Promise<void> {
    while (this.#acknowledged.next < this.#written) await this.#write(this.#written - this.#acknowledged.next)
    await this.#commit()
    await this.#commit()
    this.#disturbed = false
  }

  check(): void {
    const files = this.#files()
    for (const file of files) expect(numbersIn(file)).toEqual(numbersIn(file).toSorted((a, b) => a - b))
    const visible = files.flatMap(numbersIn)
    expect(new Set(visible).size).toBe(visible.length)
    const known = new Set([...visible, ...this.#destroyed.flatMap(numbersIn)])
    expect(Array.from({ length: this.#acknowledged.next }, (_, n) => n).filter((n) => !known.has(n))).toEqual(
      [],
    )
    const everything = [...files, ...this.#destroyed].join('')
    for (let n = 0; n < this.#foreign; n++) expect(everything).toContain(`foreign ${n}.`)
  }

  #begin(): void {
    const { clock, fileSystem, gzip, logger, process } = this.world.ports()
    const tasks = new TaskRegistry(clock)
    const metrics = new Metrics({ clock, tasks, process, slots: { capacity: 1, active: 0 } })
    const config = {
      enabled: true,
      directory: '/logs',
      maxOpenFiles: 2,
      format: 'raw',
      rotate: this.#rotate,
    } as const
    this.#sink = new LocalFileSink({ config, clock, fileSystem, gzip, logger, metrics, tasks })
    this.#acknowledged = this.#committed
  }

  async #write(records: number): Promise<void> {
    const { next, mark } = this.#acknowledged
    const lines = Array.from({ length: records }, (_, n) => lineOf(next + n))
    this.#written = Math.max(this.#written, next + records)
    const batch = { parts: [{ source, blocks: [blockOf(lines)], mark }], records, bytes: 0 }
    const answer = await this.world.run(() => this.#sink.write(batch, { signal }))
    if (answer.kind === 'stored') this.#acknowledged = { next: next + records, mark: answer.marks[0] }
  }

  async #commit(): Promise<void> {
    const snapshot = this.#acknowledged
    const failed = await this.world.run(() => this.#sink.sync({ signal }))
    if (failed.size === 0) this.#committed = snapshot
  }

  #crash(kind: 'kill' | 'power'): void {
    this.world.crash({ kind })
    this.#begin()
  }

  async #disturb(what: (Step & { others: unknown })['others']): Promise<void> {
    const unclear = this.#disturbed || this.#committed.mark === undefined || this.#rotate.maxSize !== null
    if (unclear || what === 'append') await this.#settle()
    this.#disturbed = true
    const { disk } = this.world.fileSystem
    const node = disk.find(PATH)
    if (node?.kind !== 'file') return
    const text = Buffer.from(node.contents).toString()
    if (what === 'rename') disk.rename(PATH, `${PATH}-${this.#moved++}`)
    else if (what === 'append') node.write(Buffer.from(`foreign ${this.#foreign++}.`), node.size)
    else {
      if (what === 'copy and cut') disk.put(`${PATH}-${this.#moved++}`, text)
      else this.#destroyed.push(text)
      if (what === 'remove') disk.unlink(PATH)
      else node.truncate(0)
    }
    node.sync()
    disk.syncDirectory('/logs')
    await this.world.advance(1000)
    // Own records behind a line of somebody else are not looked for, nor are files rotated since a cut: what was written in the checkpoint interval
    // of such an event may come twice after a crash.
    if (what !== 'append' && this.#rotate.maxSize === null) return
    await this.#write(1)
    await this.#settle()
  }

  #files(): string[] {
    const { disk } = this.world.fileSystem
    if (disk.find('/logs') === null) return []
    const names = disk.readdir('/logs')
    return names.map((name) => Buffer.from(this.world.fileSystem.contents(`/logs/${name}`)).toString())
  }
}

/** Numbers of the lines that are whole. */
function numbersIn(text: string): number[] {
  return text.split('\n').flatMap((line) => {
    const number = Number(/^\d+(?= x*$)/.exec(line)?.[0] ?? Number.NaN)
    return `${line}\n` === lineOf(number) ? [number] : []
  })
}

function blockOf(lines: readonly string[]): Block {
  const ends = Uint32Array.from(lines, (_, n) => lines.slice(0, n + 1).join('').length)
  return {
    source,
    bytes: Buffer.from(lines.join('')),
    ends,
    streams: new Uint8Array(lines.length).fill(1),
    times: new BigInt64Array(lines.length),
    epoch: 0,
    firstRecord: 0,
    position: { epoch: 0, records: 0, toJSON: () => null },
  }
}

test('every record is in one of the files exactly once and in order, and nothing of others is destroyed', async () => {
  const rotation = fc.record({
    maxSize: fc.constantFrom(null, 60, 200),
    maxAgeMs: fc.constant(null),
    maxFiles: fc.constant(1000),
    compress: fc.constant('none' as const),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      rotation,
      fc.array(step, { maxLength: 25, size: 'max' }),
      async (seed, rotate, steps) => {
        const rig = new Rig(seed, rotate)
        for (const each of steps) await rig.take(each)
        await rig.end()
        rig.check()
      },
    ),
    { numRuns: Number(process.env['RUNS'] ?? 60) },
  )
})
