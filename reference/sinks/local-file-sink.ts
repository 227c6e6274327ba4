import { join } from 'node:path'
import type { LocalFileSinkConfig } from '../config/config.ts'
import type { Source } from '../dispatch/block.ts'
import { makeDirectory, writeAll } from '../dispatch/files.ts'
import type { NotDurable, Sink, SinkBatch, SinkLimits, WriteAnswer } from '../dispatch/sink.ts'
import { messageOf } from '../errors.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { FileHandle, FileSystem } from '../ports/file-system.ts'
import type { Logger } from '../ports/logger.ts'
import { OpenFiles, type OpenFile } from './open-files.ts'
import { reconcile } from './reconcile.ts'
import { formatBlock } from './record-format.ts'

export interface LocalFileSinkOptions {
  readonly config: LocalFileSinkConfig
  readonly fileSystem: FileSystem
  readonly logger: Logger
  readonly metrics: Metrics
}

/**
 * One file per source, `<directory>/<name>-<12-character id>.log`, at most `maxOpenFiles` of them open. Its mark is the length up to
 * which the file holds acknowledged records; what lies beyond it is reconciled before anything is written, so neither a crash nor a
 * write that failed half way repeats or loses a record.
 */
export class LocalFileSink implements Sink {
  readonly name = 'local_file'
  readonly limits: SinkLimits = LIMITS
  readonly #options: LocalFileSinkOptions
  readonly #files: OpenFiles
  /** Written since the last sync. */
  readonly #unsynced = new Set<string>()
  #directoryReady = false
  /** Names in the directory that were not synced; there may be some of an earlier process that was killed. */
  #newNames = true

  constructor(options: LocalFileSinkOptions) {
    this.#options = options
    this.#files = new OpenFiles(options.fileSystem, options.config.maxOpenFiles)
  }

  async write({ parts }: SinkBatch, options: { signal: AbortSignal }): Promise<WriteAnswer> {
    const { source, blocks, mark } = parts[0]!
    const path = this.#path(source)
    try {
      const buffers = blocks.map((block) => formatBlock(block, this.#options.config.format))
      await this.#prepareDirectory()
      const committed = Number(mark?.['length'] ?? 0)
      const length = await this.#files.use(path, options, (file) =>
        this.#append(path, file, committed, buffers),
      )
      return { kind: 'stored', marks: [{ length }] }
    } catch (error) {
      options.signal.throwIfAborted()
      return { kind: 'again', why: `Cannot write ${path}: ${messageOf(error)}` }
    } finally {
      this.#options.metrics.openFiles(this.#files.size)
    }
  }

  async sync(options: { signal: AbortSignal }): Promise<NotDurable> {
    for (const path of this.#unsynced) {
      this.#unsynced.delete(path)
      try {
        // eslint-disable-next-line no-await-in-loop -- one at a time: syncing must not crowd out writing
        await this.#files.use(path, options, (file) => file.handle.sync())
      } catch (error) {
        this.#unsynced.add(path)
        throw error
      }
    }
    if (this.#directoryReady && this.#newNames) await this.#syncNames()
    return new Map()
  }

  async forget(source: Source): Promise<void> {
    await this.#files.close(this.#path(source), { signal: new AbortController().signal })
    this.#options.metrics.openFiles(this.#files.size)
  }

  async close(): Promise<void> {
    try {
      await this.#files.closeAll()
    } finally {
      this.#options.metrics.openFiles(this.#files.size)
    }
  }

  /** Appends what the file does not hold yet; the file's length afterwards. */
  async #append(
    path: string,
    file: OpenFile,
    committed: number,
    buffers: readonly Uint8Array[],
  ): Promise<number> {
    const start =
      file.length === committed
        ? { length: committed, rest: buffers, isEnd: true }
        : await this.#startOfWrite(path, file.handle, committed, buffers)
    this.#unsynced.add(path)
    await writeAll(file.handle, start.rest)
    const length = start.length + start.rest.reduce((sum, buffer) => sum + buffer.byteLength, 0)
    file.length = start.isEnd ? length : null
    return length
  }

  /** Up to where the file holds what it should, whether it ends there, and what of the buffers it does not hold yet. */
  async #startOfWrite(
    path: string,
    file: FileHandle,
    committed: number,
    buffers: readonly Uint8Array[],
  ): Promise<{ length: number; rest: readonly Uint8Array[]; isEnd: boolean }> {
    const { logger } = this.#options
    const { size } = await file.stat()
    if (size === 0) this.#newNames = true
    if (size < committed) {
      logger.warn(
        { path, committed, size },
        'The file is shorter than what was written to it: somebody cut it',
      )
    }
    if (size <= committed) return { length: size, rest: buffers, isEnd: true }
    const whole = Buffer.concat(buffers)
    const { found, length, present } = await reconcile(file, committed, size, whole)
    if (found !== null) logger.warn({ path, committed, size }, WARNINGS[found])
    const isEnd = present < whole.byteLength || length === size
    return { length, rest: [whole.subarray(present)], isEnd }
  }

  async #syncNames(): Promise<void> {
    this.#newNames = false
    try {
      await this.#options.fileSystem.syncDirectory(this.#options.config.directory)
    } catch (error) {
      this.#newNames = true
      throw error
    }
  }

  async #prepareDirectory(): Promise<void> {
    if (this.#directoryReady) return
    await makeDirectory(this.#options.fileSystem, this.#options.config.directory)
    this.#directoryReady = true
  }

  #path(source: Source): string {
    return join(this.#options.config.directory, `${source.name}-${source.id.slice(0, 12)}.log`)
  }
}

const WARNINGS = {
  foreign: 'The file holds lines of somebody else: appending behind them',
  hole: 'A power cut has left NULs in the file where lines were not synced: writing them again',
} as const

const LIMITS: SinkLimits = {
  batchBytes: 1024 * 1024,
  batchRecords: Infinity,
  sourcesPerBatch: 1,
  inFlight: 64,
  writeDeadlineMs: null,
  repeatIsHarmless: true,
}
