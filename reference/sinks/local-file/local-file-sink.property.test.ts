import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { World } from '../../../simulators/index.ts'
import type { RotationConfig } from './config.ts'
import type { Block } from '../../dispatch/block.ts'
import type { SinkMark } from '../../dispatch/sink.ts'
import { TaskRegistry } from '../../lifecycle/task-registry.ts'
import { Metrics } from '../../metrics/metrics.ts'
import { LocalFileSink } from './local-file-sink.ts'

const { signal } = new AbortController()
const source = { id: '0'.repeat(64), kind: 'container', name: 'web', attributes: {} } as const
const PATH = '/logs/web-000000000000.log'

/** Lines tell their number, and differ in length: some are in one sector of the disk, which a power cut takes or leaves whole, and some in two. */
const lineOf = (number: number): string => `${number} ${'x'.repeat((number * 131) % 311)}\n`

type Others = (typeof OTHERS)[number]
const OTHERS = ['rename', 'remove', 'cut', 'copy and cut', 'append', 'append a part of a line'] as const

type Step =
  | { readonly write: number }
  | { readonly fail: 'torn' | 'no-space'; readonly write: number }
  | { readonly others: Others; readonly noticed: boolean }
  | { readonly crash: 'kill' | 'power'; readonly lost: number }
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
    arbitrary: fc.record({ others: fc.constantFrom(...OTHERS), noticed: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ crash: fc.constantFrom('kill', 'power'), lost: fc.constantFrom(0, 0, 1, 3) }),
  },
  { weight: 3, arbitrary: fc.constant('commit') },
  { weight: 1, arbitrary: fc.constant('close') },
)

/**
 * A file sink over several lives of its process, its positions, and what others do to its files.
 *
 * Somebody else can destroy the only evidence of what was written since the positions were saved. Then, after a kill or a power cut, those records, and
 * only those, may come twice ({@link Rig.excused}); but nothing that can be seen is lost, and no file is out of order.
 */
class Rig {
  readonly world: World
  readonly #rotate: RotationConfig
  /** Whether all that comes again after a crash comes in one batch. */
  readonly #replaysWhole: boolean
  #sink!: LocalFileSink
  #acknowledged: { next: number; mark: SinkMark | undefined } = { next: 0, mark: undefined }
  #committed = this.#acknowledged
  /** How many records were ever written. */
  #written = 0
  #foreign = 0
  /** Records before this one are in the files, or nowhere. */
  #comesAgainFrom = 0
  readonly #lost = new Set<number>()
  /** Lines of others that may be cut: behind a hole that a power cut left, before that was mended nobody can tell them from what was not synced. */
  readonly #behindHoles = new Set<number>()
  /** What others appended with records behind it that are not yet synced: see {@link Rig.#losesBehind}. */
  #appended: { readonly what: Others; readonly foreign: number; readonly next: number }[] = []
  #losesPower = false
  #moved = 0
  /** What others did since the last record that saved positions tell of was written. */
  #recent: { readonly what: Others; readonly holdsMark: boolean; readonly next: number }[] = []
  #saves = 0
  #failedAt = -Infinity
  /** Records that may be there twice. */
  readonly excused = new Set<number>()
  readonly #unordered = new Set<number>()
  /** What others destroyed: what a file that was cut held, and files that were removed, which may have grown since. */
  readonly #destroyed: string[] = []
  readonly #removed: { readonly contents: Uint8Array }[] = []

  constructor(seed: number, rotate: RotationConfig, replaysWhole: boolean) {
    this.#replaysWhole = replaysWhole
    this.world = new World({ seed, recordLocations: false })
    this.#rotate = rotate
    this.#begin()
  }

  async take(what: Step): Promise<void> {
    if (what === 'commit') await this.#commit()
    else if (what === 'close') await this.world.run(() => this.#sink.close())
    else if ('others' in what) await this.#disturb(what.others, what.noticed)
    else if ('crash' in what) await this.#crash(what.crash, what.lost)
    else if ('fail' in what) {
      using _ = this.world.fileSystem.disturb({ kind: what.fail }, { times: 1 })
      this.#failedAt = this.#saves
      await this.#write(what.write)
    } else await this.#write(what.write)
  }

  /** All is well again: everything is written once more, as far as it was not; what is to be compressed is. */
  async end(): Promise<void> {
    await this.#replay()
    for (let n = 0; n < 4; n++) {
      await this.#write(1)
      await this.#commit()
    }
    await this.world.advance(5000)
    await this.world.run(() => this.#sink.close())
  }

  check(): void {
    const files = this.#files()
    for (const file of files) {
      const numbers = numbersIn(file).filter((n) => !this.#unordered.has(n))
      expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b))
    }
    const visible = files.flatMap(numbersIn)
    const repeated = visible.filter((n, at) => visible.indexOf(n) !== at)
    expect(repeated.filter((n) => !this.excused.has(n))).toEqual([])
    const destroyed = [...this.#destroyed, ...this.#removed.map(({ contents }) => textOf(contents))]
    const known = new Set([...visible, ...destroyed.flatMap(numbersIn)])
    const all = Array.from({ length: this.#acknowledged.next }, (_, n) => n)
    expect(all.filter((n) => !known.has(n) && !this.#lost.has(n))).toEqual([])
    const everything = [...files, ...destroyed].join('')
    for (let n = 0; n < this.#foreign; n++)
      if (!this.#behindHoles.has(n)) expect(everything).toContain(`foreign ${n}.`)
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

  /** The next record to come. */
  get #next(): number {
    return Math.max(this.#acknowledged.next, this.#comesAgainFrom)
  }

  async #write(records: number): Promise<void> {
    const next = this.#next
    const { mark } = this.#acknowledged
    const lines = Array.from({ length: records }, (_, n) => lineOf(next + n))
    this.#written = Math.max(this.#written, next + records)
    const batch = { parts: [{ source, blocks: [blockOf(lines)], mark }], records, bytes: 0 }
    const answer = await this.world.run(() => this.#sink.write(batch, { signal }))
    if (answer.kind === 'stored') this.#acknowledged = { next: next + records, mark: answer.marks[0] }
  }

  /** What was acknowledged when the sync began is saved, if it is durable. */
  async #commit(): Promise<void> {
    const snapshot = this.#acknowledged
    const failed = await this.world.run(() => this.#sink.sync({ signal }))
    if (failed.size > 0) return
    this.#committed = snapshot
    this.#appended = this.#appended.filter(({ next }) => next >= snapshot.next)
    this.#saves += 1
    this.#recent = this.#recent.filter(({ next }) => next >= snapshot.next)
    this.#sink.saved()
  }

  /** @param lost how many of the records that would come again do not: the engine has rotated its log meanwhile */
  async #crash(kind: 'kill' | 'power', lost: number): Promise<void> {
    this.#excuse()
    this.world.crash({ kind })
    this.#losesPower ||= kind === 'power'
    if (kind === 'power' && this.#appended.length > 0) this.#losesBehind()
    this.#comesAgainFrom = Math.min(
      Math.max(this.#comesAgainFrom, this.#committed.next) + lost,
      this.#written,
    )
    for (let n = this.#committed.next; n < this.#comesAgainFrom; n++) this.#lost.add(n)
    this.#begin()
    if (this.#replaysWhole) await this.#replay()
  }

  /**
   * A power cut leaves NULs somewhere behind what others appended. NULs are cut with the line they lie in; and where records come again one by one, nothing tells that
   * those behind NULs are later ones.
   */
  #losesBehind(): void {
    for (const { foreign, what } of this.#appended) if (what !== 'append') this.#behindHoles.add(foreign)
    for (let n = this.#committed.next; n < this.#written; n++) {
      this.excused.add(n)
      this.#unordered.add(n)
    }
  }

  /** After a crash, or before all that was written before one came again. */
  #excuse(): void {
    if (!this.#mayRepeat()) return
    for (let n = this.#committed.next; n < this.#written; n++) this.excused.add(n)
  }

  async #replay(): Promise<void> {
    while (this.#next < this.#written) await this.#write(this.#written - this.#next)
  }

  /** Whether what others did since positions were saved took the evidence of what was written since. */
  #mayRepeat(): boolean {
    const moves = this.#recent.filter(({ what }) => !what.startsWith('append'))
    if (moves.length === 0) return false
    if (this.#recent.length > 1 || this.#failedAt >= this.#saves) return true
    const { what, holdsMark } = moves[0]!
    if (what === 'rename' || what === 'copy and cut') return !holdsMark
    // Before any position was saved, a file that was rotated is not known to have been begun among what comes again.
    return !this.#replaysWhole || this.#committed.mark === undefined
  }

  /** @param noticed whether the next write comes late enough for it to be noticed before */
  async #disturb(what: Others, noticed: boolean): Promise<void> {
    const { disk } = this.world.fileSystem
    const node = disk.find(PATH)
    if (node?.kind !== 'file') return
    const text = textOf(node.contents)
    if (this.#next >= this.#written) this.#losesPower = false
    else if (this.#losesPower && what.startsWith('append')) this.#behindHoles.add(this.#foreign)
    if (what === 'append a part of a line' || (what === 'append' && !this.#replaysWhole))
      this.#appended.push({ what, foreign: this.#foreign, next: this.#acknowledged.next })
    if (what === 'rename') disk.rename(PATH, `${PATH}-${this.#moved++}`)
    else if (what === 'append') node.write(Buffer.from(`foreign ${this.#foreign++}.\n`), node.size)
    else if (what === 'append a part of a line')
      node.write(Buffer.from(`foreign ${this.#foreign++}.`), node.size)
    else {
      if (what === 'copy and cut') disk.put(`${PATH}-${this.#moved++}`, text)
      else if (what === 'cut') this.#destroyed.push(text)
      else this.#removed.push(node)
      if (what === 'remove') disk.unlink(PATH)
      else node.truncate(0)
    }
    node.sync()
    disk.syncDirectory('/logs')
    const holdsMark = this.#committed.mark?.['inode'] === node.inode
    this.#recent.push({ what, holdsMark, next: this.#acknowledged.next })
    if (this.#next < this.#written) this.#excuse()
    if (noticed) await this.world.advance(1000)
  }

  #files(): string[] {
    const { disk } = this.world.fileSystem
    if (disk.find('/logs') === null) return []
    const names = disk.readdir('/logs').filter((name) => !name.endsWith('.gz.new'))
    // One that was compressed just before a crash is there in both forms.
    const shown = names.filter((name) => !names.includes(`${name}.gz`))
    return shown.map((name) => {
      const bytes = this.world.fileSystem.contents(`/logs/${name}`)
      return textOf(name.endsWith('.gz') ? gunzipSync(bytes) : bytes)
    })
  }
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

/** Numbers of the lines that are whole, also behind a part of a line that somebody else did not end. */
function numbersIn(text: string): number[] {
  return text.split('\n').flatMap((line) => {
    const own = line.replace(/^(foreign \d+\.)+/, '')
    const number = Number(/^\d+(?= x*$)/.exec(own)?.[0] ?? Number.NaN)
    return `${own}\n` === lineOf(number) ? [number] : []
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

test('every record is in one of the files and in order, once unless somebody else took the evidence, and nothing of others is destroyed', async () => {
  const rotation = fc.record({
    maxSize: fc.constantFrom(null, 700, 2500),
    maxAgeMs: fc.constant(null),
    maxFiles: fc.constant(1000),
    compress: fc.constantFrom('none' as const, 'gzip' as const),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      rotation,
      fc.boolean(),
      fc.array(step, { maxLength: 25, size: 'max' }),
      async (seed, rotate, replaysWhole, steps) => {
        const rig = new Rig(seed, rotate, replaysWhole)
        for (const each of steps) await rig.take(each)
        await rig.end()
        rig.check()
      },
    ),
    { numRuns: Number(process.env['RUNS'] ?? 150) },
  )
})
