import { resolve } from 'node:path'
import type { FileMonitorConfig } from '../config/config.ts'
import type { Source } from '../dispatch/block.ts'
import type { Delivery } from '../docker/delivery.ts'
import { codeOf, messageOf } from '../errors.ts'
import type { Health, HealthCheck } from '../http/health.ts'
import { placeOf, type FileStatus } from '../http/status.ts'
import { linkedController } from '../lifecycle/abort.ts'
import { BackOff } from '../lifecycle/back-off.ts'
import { withDeadline } from '../lifecycle/deadline.ts'
import { OpenFiles } from '../lifecycle/open-files.ts'
import type { JoinReport, Scope } from '../lifecycle/scope.ts'
import { Semaphore } from '../lifecycle/semaphore.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Clock } from '../ports/clock.ts'
import type { FileSystem } from '../ports/file-system.ts'
import type { Logger } from '../ports/logger.ts'
import type { Random } from '../ports/random.ts'
import { Directories } from './directories.ts'
import { Discovery, type Found } from './discovery.ts'
import { sourceOf } from './file-source.ts'
import { FileTail } from './file-tail.ts'
import type { TailContext } from './tail-context.ts'
import { FilesRead } from './files-read.ts'
import { PathGlobs } from './path-globs.ts'
import { reportFileNotice } from './report-file-notice.ts'

export interface FileMonitorOptions {
  /** May change while it is stopped. */
  readonly config: FileMonitorConfig
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly fileSystem: FileSystem
  readonly metrics: Metrics
  readonly delivery: Delivery
  /** Where the collector itself writes: nothing there is read. Asked at each start. */
  readonly ownDirectories: () => readonly string[]
}

/** A log that is read. */
interface Entry {
  readonly source: Source
  readonly tail: FileTail
  /** What is wrong, and since when, monotonic. */
  fault: { readonly why: string; readonly sinceMs: number } | null
}

/**
 * Reads logs in files:
 *
 *     Discovery --paths--> FileMonitor --one each--> FileTail
 *
 * Files are asked for, again and again: no notification of a kernel tells everything, least of all over a network. A log that is silent is asked for less
 * often. Tasks: `file_discovery`, and `file_tail` for each log.
 */
export class FileMonitor {
  readonly #options: FileMonitorOptions
  #openFiles: OpenFiles
  readonly #entries = new Map<string, Entry>()
  readonly #looking = new Semaphore(LOOKS_AT_ONCE)
  #unread: Found['unread'] = new Map()
  #scope: Scope | null = null

  constructor(options: FileMonitorOptions) {
    const { clock, config, metrics } = options
    this.#options = options
    this.#openFiles = new OpenFiles(config.maxOpenFiles, clock)
    metrics.mirrorTailedFiles({ logs: () => this.#entries.size, open: () => this.#openFiles.size })
  }

  /** Number of logs being read. */
  get followed(): number {
    return this.#entries.size
  }

  /** Whether files may be open: it runs, or did. */
  get isOpen(): boolean {
    return this.#scope !== null || this.#openFiles.size > 0
  }

  /** Starts in the scope; resolves when it has looked for files once. What is not there, or cannot be read, is no error: it is looked for again. */
  async start(scope: Scope, signal: AbortSignal): Promise<void> {
    this.#scope = scope
    const { clock, config, delivery, fileSystem } = this.#options
    const globs = this.#makeGlobs()
    // What is still open of an earlier run is closed by whoever holds it.
    if (this.#openFiles.size === 0) this.#openFiles = new OpenFiles(config.maxOpenFiles, clock)
    const directories = new Directories(fileSystem)
    const discovery = new Discovery({ clock, fileSystem, directories, globs })
    const startedMs = clock.now()
    const context: TailContext = {
      ...this.#options,
      openFiles: this.#openFiles,
      directories,
      filesRead: new FilesRead(),
      report: (source, notice) => reportFileNotice(source, notice, this.#options),
      wants: (path) => globs.wants(path),
      // The number of one that is gone may be that of a new file.
      wasRotatedBefore: (file) => file.modifiedMs < startedMs && discovery.wasRotatedBefore(file),
    }
    for (const source of delivery.knownSources()) {
      if (source.kind !== 'file') continue
      if (globs.wants(source.name)) this.#attend(source, 'start', context, scope)
      else this.#leave(source, scope)
    }
    const looked = Promise.withResolvers<void>()
    scope.keep('file_discovery', 'files', (own) =>
      this.#discover(discovery, context, scope, looked.resolve, own),
    )
    const patience = (own: AbortSignal): Promise<void> =>
      withDeadline(clock, 'looking for files', START_PATIENCE_MS, own, () => looked.promise)
    await patience(signal).catch(() => signal.throwIfAborted())
  }

  #makeGlobs(): PathGlobs {
    const { config, ownDirectories } = this.#options
    const own = ownDirectories().map((directory) => resolve(directory))
    return new PathGlobs(config.paths, config.exclude, own)
  }

  /** Ends reading. What is open stays open until {@link close}. */
  async stop(options: { deadlineMs: number }): Promise<JoinReport | null> {
    const report = await this.#scope?.close(options)
    this.#scope = null
    this.#entries.clear()
    this.#unread = new Map()
    return report ?? null
  }

  /** Closes every file, once reading has ended and positions are saved: a close that hangs keeps nobody from that. */
  async close(): Promise<void> {
    await this.#openFiles.closeAll()
  }

  /** Every log that is read, and where reading it is. */
  status(): FileStatus[] {
    const { resumePosition } = this.#options.delivery
    return [...this.#entries.values()].map(({ source, fault }) => ({
      path: source.name,
      position: placeOf(resumePosition(source.id)),
      fault: fault?.why ?? null,
    }))
  }

  checks(): Health['checks'] {
    return { files: this.#filesCheck(), file_discovery: this.#discoveryCheck() }
  }

  #filesCheck(): HealthCheck {
    const nowMs = this.#options.clock.monotonic()
    const unread = [...this.#entries.values()].filter(
      ({ fault }) => fault !== null && nowMs - fault.sinceMs >= UNREAD_MAX_MS,
    )
    const [first] = unread
    if (first === undefined) return { ok: true, detail: `${this.followed} read` }
    const more = unread.length > 1 ? ` (and ${unread.length - 1} more)` : ''
    return {
      ok: false,
      detail: `not read for more than a minute: ${first.source.name}: ${first.fault!.why}${more}`,
    }
  }

  #discoveryCheck(): HealthCheck {
    const [first] = this.#unread
    if (first === undefined) return { ok: true, detail: 'directories are read' }
    const more = this.#unread.size > 1 ? ` (and ${this.#unread.size - 1} more)` : ''
    return { ok: false, detail: `cannot be read: ${first[0]}: ${first[1]}${more}` }
  }

  async #discover(
    discovery: Discovery,
    context: TailContext,
    scope: Scope,
    onLooked: () => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, config } = this.#options
    let { from } = config
    for (;;) {
      // eslint-disable-next-line no-await-in-loop -- a periodic task
      const { paths, unread } = await discovery.scan((path) => this.#entries.has(path), signal)
      this.#noteUnread(unread)
      for (const path of paths)
        if (!this.#entries.has(path)) this.#attend(sourceOf(path), from, context, scope)
      // What comes later is new.
      if (unread.size === 0) from = 'start'
      onLooked()
      // eslint-disable-next-line no-await-in-loop
      await clock.sleep(config.discoveryIntervalMs, { signal })
    }
  }

  #attend(source: Source, from: 'start' | 'now', context: TailContext, scope: Scope): void {
    const entry: Entry = { source, tail: new FileTail(context, source, from), fault: null }
    this.#entries.set(source.name, entry)
    scope.keep('file_tail', source.name, (signal) => this.#follow(entry, signal))
  }

  /** A log that was read and is not wanted any more: its position is kept for a day. */
  #leave(source: Source, scope: Scope): void {
    scope.keep('file_release', source.name, (signal) => this.#forget(source, signal))
  }

  async #follow(entry: Entry, signal: AbortSignal): Promise<void> {
    const { clock, config, random } = this.#options
    const { source, tail } = entry
    const backOff = new BackOff({ initialMs: config.pollIntervalMs, maxMs: RETRY_MAX_MS }, random)
    let idleLooks = 0
    for (let isOver = false; !isOver;) {
      let delayMs: number
      try {
        // eslint-disable-next-line no-await-in-loop -- a periodic task
        idleLooks = (await this.#look(tail, signal)) ? 0 : idleLooks + 1
        // eslint-disable-next-line no-await-in-loop
        if (this.#isGone(tail)) isOver = await tail.end(signal)
        this.#succeeded(entry)
        backOff.reset()
        delayMs = config.pollIntervalMs * Math.min(IDLE_MAX, 2 ** Math.floor(idleLooks / IDLE_LOOKS))
      } catch (error) {
        signal.throwIfAborted()
        this.#failed(entry, error)
        delayMs = backOff.next()
      }
      // eslint-disable-next-line no-await-in-loop
      if (!isOver) await clock.sleep(delayMs, { signal })
    }
    await this.#forget(source, signal)
    this.#entries.delete(source.name)
  }

  /** Few look at a time: whatever else asks for files would wait behind all of them. One that takes long counts no more, for it may hang. */
  async #look(tail: FileTail, signal: AbortSignal): Promise<boolean> {
    using permit = await this.#looking.acquire({ signal })
    using own = linkedController(signal)
    this.#options.clock.sleep(LOOK_PATIENCE_MS, own).then(
      () => permit.release(),
      () => {},
    )
    return await tail.look(signal)
  }

  #isGone({ missingSinceMs }: FileTail): boolean {
    const { clock, config } = this.#options
    return missingSinceMs !== null && clock.monotonic() - missingSinceMs >= config.forgetAfterMs
  }

  async #forget(source: Source, signal: AbortSignal): Promise<void> {
    await this.#options.delivery.forget(source, { signal })
    this.#options.metrics.forgetFile(source.name)
  }

  #failed(entry: Entry, error: unknown): void {
    const { clock, logger, metrics } = this.#options
    const why = messageOf(error)
    metrics.fileError(codeOf(error) ?? 'other')
    if (entry.fault?.why !== why)
      logger.warn({ file: entry.source.name, err: error }, 'A file cannot be read')
    entry.fault = { why, sinceMs: entry.fault?.sinceMs ?? clock.monotonic() }
  }

  #succeeded(entry: Entry): void {
    if (entry.fault === null) return
    entry.fault = null
    this.#options.logger.info({ file: entry.source.name }, 'A file can be read again')
  }

  #noteUnread(unread: Found['unread']): void {
    const { logger, metrics } = this.#options
    for (const [directory, why] of unread) {
      metrics.fileError('directory')
      if (this.#unread.get(directory) !== why) logger.warn({ directory, why }, 'A directory cannot be read')
    }
    this.#unread = unread
  }
}

const UNREAD_MAX_MS = 60_000
/** How long the start waits for the first look for files: a directory may hang. */
const START_PATIENCE_MS = 2000
const RETRY_MAX_MS = 30_000
const LOOKS_AT_ONCE = 16
const LOOK_PATIENCE_MS = 1000
/** After so many looks that found nothing a log is looked at half as often, and so on. */
const IDLE_LOOKS = 10
/** At most this much less often. */
const IDLE_MAX = 4
