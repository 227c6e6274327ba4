import { FileRig } from '../../reference/files/file-rig.test-helper.ts'
import { leftBehind, noOrphanedTasks, type FileFault } from '../../simulators/index.ts'
import { FORGET_AFTER_MS, WrittenLog } from './written-log.ts'

/** Logs that are written, rotated, cut and removed, a disk that fails, and a collector that reads them all the while. */
export class FileWorld {
  readonly #rig: FileRig
  readonly #logs: readonly WrittenLog[]
  #isHidden = false
  #hiddenMs = 0
  #hasCrashed = false
  #isRunning = false
  /** Files of which the collector said that something may be missing. */
  readonly #told = new Set<string>()

  constructor(seed: number) {
    this.#rig = new FileRig(
      {
        paths: ['/logs/**/*.log'],
        maxOpenFiles: 2,
        discoveryIntervalMs: 500,
        forgetAfterMs: FORGET_AFTER_MS,
      },
      { seed },
    )
    this.#logs = ['/logs/a.log', '/logs/b.log', '/logs/sub/c.log', '/logs/sub/deep/d.log'].map(
      (path) => new WrittenLog(this.#rig, path),
    )
    this.#rig.disk.mkdir('/logs')
    const { world } = this.#rig
    world.invariant('open files', () => {
      let open = 0
      // Asked after every event.
      for (const { kind, description } of world.ledger.list())
        if (kind === 'file' && description.startsWith('/logs')) open += 1
      return open > 2 ? `${open} files are open, 2 may be` : undefined
    })
    this.#watch()
  }

  /** Null while nobody can write to it. */
  log(which: number): WrittenLog | null {
    return this.#isHidden ? null : this.#logs[which]!
  }

  async advance(ms: number): Promise<void> {
    await this.#rig.advance(ms)
  }

  async step(events: number): Promise<void> {
    await this.#rig.world.step(events)
  }

  hide(): void {
    if (this.#isHidden) return
    this.#rig.disk.rename('/logs', '/hidden')
    this.#isHidden = true
    this.#hiddenMs = this.#rig.world.clock.monotonic()
  }

  show(): void {
    if (!this.#isHidden) return
    this.#rig.disk.rename('/hidden', '/logs')
    this.#isHidden = false
    const awayMs = this.#rig.world.clock.monotonic() - this.#hiddenMs
    for (const log of this.#logs) log.shows(awayMs)
  }

  async start(): Promise<void> {
    if (!this.#isRunning) {
      const positions = this.#rig.read('/state/positions.json')
      for (const log of this.#logs) log.starts(positions.includes(`"${log.path}"`))
    }
    this.#isRunning = true
    await this.#rig.start()
  }

  /** @throws Error when anything stays behind */
  async stop(): Promise<void> {
    await this.#rig.stop()
    this.#isRunning = false
    const left = leftBehind(this.#rig.world, this.#rig.collector.tasks)
    if (left.length > 0) throw new Error(`Left behind after the stop:\n${left.join('\n')}`)
  }

  async restart(): Promise<void> {
    await this.stop()
    this.#newProcess()
    await this.start()
  }

  async crash(): Promise<void> {
    this.#rig.world.crash({ kind: 'kill' })
    for (const log of this.#logs) log.kills()
    this.#hasCrashed = true
    this.#isRunning = false
    this.#newProcess()
    await this.start()
  }

  disturb(fault: FileFault, chance: number): void {
    this.#rig.world.fileSystem.disturb(fault, { chance, path: /^\/logs/, operations: OPERATIONS[fault.kind] })
  }

  mend(): void {
    this.#rig.world.fileSystem.calm()
  }

  /** @throws Error when a line is missing that must not be, repeated, or out of order */
  async end(): Promise<void> {
    this.mend()
    this.show()
    if (this.#logs.some(({ isGone }) => isGone)) await this.#noneIsHeld()
    for (const log of this.#logs) log.end()
    if (!this.#isRunning) await this.start()
    await this.advance(SETTLED_MS)
    const { checks } = this.#rig.collector.health()
    for (const [name, { ok, detail }] of Object.entries(checks))
      if (!ok) throw new Error(`Health calls ${name} sick in the end: ${detail}`)
    await this.stop()
    for (const log of this.#logs) {
      const wrong = log.verdict()
      if (wrong !== undefined) throw new Error(wrong)
      const isSilent = !this.#hasCrashed && log.mustBeTold && log.lacksCutLines && !this.#told.has(log.path)
      if (isSilent) throw new Error(`${log.path}: a cut took lines, and nothing says so`)
    }
  }

  /** What was removed takes room on the disk as long as somebody has it open. */
  async #noneIsHeld(): Promise<void> {
    await this.advance(SETTLED_MS)
    const open = new Set(this.#openFiles().map(({ description }) => description))
    for (const { isGone, path } of this.#logs)
      if (isGone && open.has(path)) throw new Error(`${path} was removed and is held open`)
  }

  #openFiles(): readonly { readonly description: string }[] {
    return this.#rig.world.ledger
      .list()
      .filter(({ kind, description }) => kind === 'file' && description.startsWith('/logs'))
  }

  #newProcess(): void {
    this.#rig.newProcess()
    this.#watch()
  }

  #watch(): void {
    const { collector, ports, world } = this.#rig
    this.#orphans?.[Symbol.dispose]()
    this.#orphans = noOrphanedTasks(world, collector.tasks)
    ports.logger.onEntry = ({ fields }) => {
      if ('kind' in fields && 'file' in fields) this.#told.add(String(fields.file))
    }
  }

  #orphans: Disposable | undefined
}

/** What of the collector's reading a fault befalls. */
const OPERATIONS = {
  error: ['open', 'stat', 'read', 'readdir'],
  short: ['read'],
  slow: ['open', 'stat', 'read', 'readdir'],
} as Readonly<Record<string, readonly ('open' | 'stat' | 'read' | 'readdir')[]>>
/** Every rotation takes its wait, every retry its back-off. */
const SETTLED_MS = 45_000
