import { join } from 'node:path'
import type { LocalFileSinkConfig } from '../config/config.ts'
import type { Block, Source } from '../dispatch/block.ts'
import { writeAll } from '../dispatch/files.ts'
import type { Sink, SinkMark } from '../dispatch/sink.ts'
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
  readonly #options: LocalFileSinkOptions
  readonly #files: OpenFiles
  /** Written since the last sync. */
  readonly #unsynced = new Set<string>()
  #directoryReady = false
  #newNames = false

  constructor(options: LocalFileSinkOptions) {
    this.#options = options
    this.#files = new OpenFiles(options.fileSystem, options.config.maxOpenFiles)
  }

  async write(
    source: Source,
    blocks: readonly Block[],
    mark: SinkMark | undefined,
    options: { signal: AbortSignal },
  ): Promise<SinkMark> {
    const path = this.#path(source)
    const buffers = blocks.map((block) => formatBlock(block, this.#options.config.format))
    await this.#prepareDirectory()
    const committed = Number(mark?.['length'] ?? 0)
    const length = await this.#files.use(path, options, (file) =>
      this.#append(path, file, committed, buffers),
    )
    this.#options.metrics.openFiles(this.#files.size)
    return { length }
  }

  async sync(options: { signal: AbortSignal }): Promise<void> {
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
    if (!this.#newNames) return
    this.#newNames = false
    await this.#options.fileSystem.syncDirectory(this.#options.config.directory)
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
        ? { length: committed, rest: buffers }
        : await this.#startOfWrite(path, file.handle, committed, buffers)
    this.#unsynced.add(path)
    await writeAll(file.handle, start.rest)
    file.length = start.length + start.rest.reduce((sum, buffer) => sum + buffer.byteLength, 0)
    return file.length
  }

  /** Where the file ends, and what of the buffers it does not hold yet. */
  async #startOfWrite(
    path: string,
    file: FileHandle,
    committed: number,
    buffers: readonly Uint8Array[],
  ): Promise<{ length: number; rest: readonly Uint8Array[] }> {
    const { logger } = this.#options
    const { size } = await file.stat()
    if (size === 0) this.#newNames = true
    if (size < committed) {
      logger.warn(
        { path, committed, size },
        'The file is shorter than what was written to it: somebody cut it',
      )
    }
    if (size <= committed) return { length: size, rest: buffers }
    const whole = Buffer.concat(buffers)
    const found = await reconcile(file, committed, size, whole)
    if (found.foreign) {
      logger.warn({ path, committed, size }, 'The file holds lines of somebody else: appending behind them')
    }
    return { length: found.length, rest: [whole.subarray(found.present)] }
  }

  async #prepareDirectory(): Promise<void> {
    if (this.#directoryReady) return
    await this.#options.fileSystem.mkdir(this.#options.config.directory)
    this.#directoryReady = true
  }

  #path(source: Source): string {
    return join(this.#options.config.directory, `${source.name}-${source.id.slice(0, 12)}.log`)
  }
}
