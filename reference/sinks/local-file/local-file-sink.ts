import { dirname, join } from 'node:path'
import type { LocalFileSinkConfig } from './config.ts'
import { beginningOf } from '../../dispatch/attributes.ts'
import type { Source } from '../../dispatch/block.ts'
import { makeDirectory } from '../../dispatch/files.ts'
import type { NotDurable, Sink, SinkBatch, SinkLimits, WriteAnswer } from '../../dispatch/sink.ts'
import { codeOf, messageOf } from '../../errors.ts'
import type { HealthCheck } from '../../http/health.ts'
import { withDeadline } from '../../lifecycle/deadline.ts'
import type { TaskRegistry } from '../../lifecycle/task-registry.ts'
import type { Metrics } from '../../metrics/metrics.ts'
import type { Clock } from '../../ports/clock.ts'
import type { FileSystem } from '../../ports/file-system.ts'
import type { Logger } from '../../ports/logger.ts'
import { Archive } from './archive.ts'
import { fileNameOf } from './file-name.ts'
import { OpenFiles } from '../../lifecycle/open-files.ts'
import { DISTURBANCES, OwnedFile, type Disturbance } from './owned-file.ts'
import { formatBlock, formatFor } from '../record-format.ts'
import { NEVER } from '../../lifecycle/abort-listener.ts'

export interface LocalFileSinkOptions {
  readonly config: LocalFileSinkConfig
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'openFiles' | 'fileDisturbed'>
  readonly tasks: TaskRegistry
  readonly gzip: (bytes: Uint8Array) => Promise<Uint8Array>
}

/**
 * One file per source, `<directory>/<name>-<12-character id>.log`, at most `maxOpenFiles` of them open, each looked after by an {@link OwnedFile}. Its
 * mark says where in which file the acknowledged records end; what lies beyond it is compared with what comes before anything is written, so neither a
 * crash nor a write that failed half way repeats or loses a record. A file that cannot be opened, written or synced holds up no other.
 */
export class LocalFileSink implements Sink {
  readonly name = 'local_file'
  readonly limits: SinkLimits = LIMITS
  readonly #options: LocalFileSinkOptions
  /** By source. A source that is gone leaves it once its file is synced. */
  readonly #files = new Map<string, OwnedFile>()
  readonly #open: OpenFiles
  readonly #archive: Archive | null
  /** What is wrong, by source. */
  readonly #failures = new Map<string, string>()
  /** Syncs under way, by source: the last that was begun. */
  readonly #syncing = new Map<string, { overdue: boolean }>()
  readonly #gone = new Set<string>()
  #descriptors = 0
  #directoryReady = false
  /** Directories in which names of an earlier process that was killed are synced by now. */
  readonly #namesSynced = new Set<string>()

  constructor(options: LocalFileSinkOptions) {
    const { config } = options
    this.#options = options
    this.#open = new OpenFiles(config.maxOpenFiles, options.clock)
    const rotates = config.rotate.maxSize !== null || config.rotate.maxAgeMs !== null
    this.#archive = rotates
      ? new Archive({ ...options, config: config.rotate, directory: config.directory })
      : null
  }

  async write({ parts }: SinkBatch, options: { signal: AbortSignal }): Promise<WriteAnswer> {
    const { source, blocks, mark } = parts[0]!
    const file = this.#fileOf(source)
    try {
      const buffers = blocks.map((block) =>
        formatBlock(block, formatFor(block.source, this.#options.config.format)),
      )
      const stored = await this.#open.use(file, options, async () => {
        await this.#prepareDirectory()
        return await file.append(buffers, mark ?? beginningOf(source))
      })
      this.#failures.delete(source.id)
      return { kind: 'stored', marks: [stored] }
    } catch (error) {
      options.signal.throwIfAborted()
      const why = failureOf('write', file, error)
      this.#failures.set(source.id, why)
      return { kind: 'again', why }
    }
  }

  /**
   * Syncs the files that hold something new when it begins, a few at a time. One that takes too long is no longer waited for, here and in later syncs, until
   * it is done.
   */
  async sync({ signal }: { signal: AbortSignal }): Promise<NotDurable> {
    const known = [...this.#files.values()].filter((file) => file.isKnown).map(({ path }) => path)
    const synced = this.#archive?.syncing(known)
    const failures = new Map<string, string>()
    const queue = [...this.#files].filter(([id, file]) => file.dirty || this.#syncing.has(id)).values()
    const worker = async (): Promise<void> => {
      for (const [id, file] of queue) {
        // eslint-disable-next-line no-await-in-loop -- a few at a time: syncing must not crowd out writing
        const why = await this.#syncFile(id, file, signal)
        if (why !== null) failures.set(id, why)
      }
    }
    await Promise.all(Array.from({ length: PARALLEL_SYNCS }, worker))
    signal.throwIfAborted()
    await this.#syncNames(failures)
    synced?.(new Set([...failures.keys()].map((id) => this.#files.get(id)!.path)))
    for (const id of this.#gone) if (!failures.has(id)) this.#drop(id)
    return failures
  }

  saved(): void {
    this.#archive?.saved()
  }

  async forget(source: Source): Promise<void> {
    const file = this.#files.get(source.id)
    if (file === undefined) return
    this.#gone.add(source.id)
    this.#failures.delete(source.id)
    await this.#open.use(file, { signal: NEVER }, async () => {
      // One that fails is tried again with the next sync.
      if (file.dirty) await file.sync().catch(() => {})
      await file.close()
    })
    if (!file.dirty && !file.unnamed) this.#drop(source.id)
  }

  async close(): Promise<void> {
    await this.#archive?.close()
    await this.#open.closeAll()
  }

  async reopen(): Promise<void> {
    await Promise.all(
      [...this.#files.values()].map((file) => this.#open.use(file, { signal: NEVER }, () => file.reopen())),
    )
  }

  checks(): Readonly<Record<string, HealthCheck>> {
    const [why] = this.#failures.values()
    const others = this.#failures.size > 1 ? ` (and ${this.#failures.size - 1} more)` : ''
    return {
      local_file: { ok: why === undefined, detail: why === undefined ? 'written to' : `${why}${others}` },
    }
  }

  /** @returns why what is acknowledged of the source may not survive a power cut, or null */
  async #syncFile(id: string, file: OwnedFile, signal: AbortSignal): Promise<string | null> {
    if (this.#syncing.get(id)?.overdue === true)
      return `Cannot sync ${file.path}: an earlier sync is not done`
    const patienceMs = Math.max(SYNC_PATIENCE_MS, 2 * file.lastSyncMs)
    // One that was cancelled may be under way: this one comes behind it.
    const syncing = this.#open.use(file, { signal: NEVER }, async () => {
      const whole = await file.sync()
      if (this.#gone.has(id)) await file.close()
      return whole
    })
    const entry = { overdue: false }
    this.#syncing.set(id, entry)
    const ended = (): void => {
      if (this.#syncing.get(id) === entry) this.#syncing.delete(id)
    }
    void syncing.catch(ignore).finally(ended)
    try {
      const { clock } = this.#options
      const whole = await withDeadline(clock, 'the sync', patienceMs, signal, () => syncing)
      return whole ? null : `${file.path} was cut by somebody else`
    } catch (error) {
      entry.overdue = !signal.aborted
      return failureOf('sync', file, error)
    }
  }

  /** Files made since their directory was synced are not durable until it is. What is pushed may lie in directories below the sink's own. */
  async #syncNames(failures: Map<string, string>): Promise<void> {
    if (!this.#directoryReady) return
    const byDirectory = Map.groupBy(this.#files, ([, { path }]) => dirname(path))
    // eslint-disable-next-line no-await-in-loop -- one after the other: there are few, and most have nothing to sync
    for (const [directory, files] of byDirectory) await this.#syncNamesIn(directory, files, failures)
  }

  async #syncNamesIn(
    directory: string,
    files: readonly (readonly [id: string, file: OwnedFile])[],
    failures: Map<string, string>,
  ): Promise<void> {
    const unnamed = files.filter(([, file]) => file.unnamed)
    const isSynced = this.#namesSynced.has(directory)
    if (isSynced && unnamed.length === 0) return
    for (const [, file] of unnamed) file.unnamed = false
    const { config, fileSystem } = this.#options
    try {
      // One below the sink's own may have been made by a process that was killed before its name was synced.
      if (!isSynced && directory !== config.directory) await makeDirectory(fileSystem, directory)
      await fileSystem.syncDirectory(directory)
      this.#namesSynced.add(directory)
    } catch (error) {
      // Removed by somebody else: no name is left in it.
      if (codeOf(error) === 'ENOENT') return
      for (const [, file] of unnamed) file.unnamed = true
      const why = `Cannot sync ${directory}: ${messageOf(error)}`
      for (const [id] of isSynced ? unnamed : files) failures.set(id, why)
    }
  }

  async #prepareDirectory(): Promise<void> {
    if (this.#directoryReady) return
    await makeDirectory(this.#options.fileSystem, this.#options.config.directory)
    this.#directoryReady = true
  }

  #drop(id: string): void {
    this.#files.delete(id)
    this.#gone.delete(id)
  }

  #fileOf(source: Source): OwnedFile {
    this.#gone.delete(source.id)
    const known = this.#files.get(source.id)
    if (known !== undefined) return known
    const { clock, fileSystem, logger, config } = this.#options
    const path = join(config.directory, fileNameOf(source))
    const file = new OwnedFile({
      path,
      clock,
      fileSystem,
      logger,
      rotate: config.rotate,
      events: {
        descriptors: (change) => this.#options.metrics.openFiles((this.#descriptors += change)),
        disturbed: (kind) => this.#disturbed(kind, path),
        rotating: (rotated) => this.#archive?.add(rotated),
      },
    })
    this.#files.set(source.id, file)
    return file
  }

  #disturbed(kind: Disturbance, path: string): void {
    this.#options.metrics.fileDisturbed(kind)
    this.#options.logger.warn({ path, kind }, DISTURBANCES[kind])
  }
}

function failureOf(verb: string, { path }: OwnedFile, error: unknown): string {
  return `Cannot ${verb} ${path}: ${messageOf(error)}`
}

const LIMITS: SinkLimits = {
  batchBytes: 1024 * 1024,
  // In JSON a short record is a hundred times as long, and the whole batch is in memory.
  batchRecords: 16_384,
  sourcesPerBatch: 1,
  inFlight: 64,
  writeDeadlineMs: null,
  repeatIsHarmless: true,
}
const PARALLEL_SYNCS = 4
/** How long one file is waited for at least; a disk that is slow but answers is given twice what it took last. */
const SYNC_PATIENCE_MS = 1000
/** Told by who waits for it. */
const ignore = (): void => {}
