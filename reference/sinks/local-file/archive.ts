import { dirname, join } from 'node:path'
import type { RotationConfig } from './config.ts'
import { readFully, writeAll } from '../../dispatch/files.ts'
import { codeOf } from '../../errors.ts'
import { Condition } from '../../lifecycle/condition.ts'
import { Scope } from '../../lifecycle/scope.ts'
import type { TaskRegistry } from '../../lifecycle/task-registry.ts'
import type { Clock } from '../../ports/clock.ts'
import type { FileSystem } from '../../ports/file-system.ts'
import type { Logger } from '../../ports/logger.ts'
import { namesIn, ownerOf, rotatedFiles, UNFINISHED, type RotatedFile } from './rotated-files.ts'

export interface ArchiveOptions {
  readonly config: RotationConfig
  readonly directory: string
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly logger: Logger
  readonly tasks: TaskRegistry
  /** Makes one gzip member of the bytes, off the event loop. */
  readonly gzip: (bytes: Uint8Array) => Promise<Uint8Array>
}

/**
 * What becomes of rotated files: they are compressed, one at a time and with pauses, and the oldest are removed. A compressed file is written beside, synced
 * and renamed, so a crash leaves the file or its compressed form, or for a moment both; what is unfinished is removed at the start.
 *
 * A rotated file is left alone while it may hold records that come again after a crash: until the positions of its source were saved after it was
 * rotated. Of files that were rotated in an earlier life nobody knows that until their source has written again, or was away for a day.
 */
export class Archive {
  readonly #options: ArchiveOptions
  /** Paths of the files rotated in this life that may still be needed. */
  readonly #young = new Set<string>()
  /** Files of which everything that was written in earlier lives is in saved positions. */
  readonly #settled = new Set<string>()
  /** What the last sync made durable, and what the one before the last save did: that save may have begun before the sync ended. */
  #synced: readonly string[] = []
  #nearlySaved: readonly string[] = []
  /** Where files are rotated: what is pushed may lie in directories below the sink's own. */
  readonly #directories: Set<string>
  readonly #changed = new Condition()
  readonly #bornAt: number
  #saves = 0
  #scope: Scope | null = null

  constructor(options: ArchiveOptions) {
    this.#options = options
    this.#bornAt = options.clock.monotonic()
    this.#directories = new Set([options.directory])
  }

  /** A file is about to be rotated to this path. */
  add(path: string): void {
    this.#young.add(path)
    this.#directories.add(dirname(path))
  }

  /**
   * A sync begins.
   * @param known paths of the files whose ends are known
   * @returns to be called when it is done, with the paths of the files that are not durable
   */
  syncing(known: readonly string[]): (failed: ReadonlySet<string>) => void {
    const concerned = [...this.#young, ...known]
    return (failed) => {
      this.#synced = concerned.filter((path) => !failed.has(path) && !failed.has(ownerOf(path)))
    }
  }

  /** The positions were saved. Starts the work at the first. */
  saved(): void {
    for (const path of this.#nearlySaved) {
      this.#young.delete(path)
      this.#settled.add(ownerOf(path))
    }
    this.#nearlySaved = this.#synced
    this.#saves += 1
    this.#changed.notifyAll()
    this.#scope ??= this.#begin()
  }

  /** Ends the work; a file being compressed stays as it is. */
  async close(): Promise<void> {
    const scope = this.#scope
    this.#scope = null
    await scope?.close({ deadlineMs: CLOSE_MS })
  }

  #begin(): Scope {
    const { clock, tasks, logger } = this.#options
    const onFailure = (task: { name: string }, error: unknown): void =>
      logger.error({ task: task.name, err: error }, 'Rotated files are no longer looked after')
    const scope = new Scope('local_file', { clock, tasks, onFailure })
    scope.spawn('local_file_archive', 'rotated files', (signal) => this.#work(signal))
    return scope
  }

  /** Whether the file may hold records that come again. */
  #isNeeded(path: string): boolean {
    if (this.#young.has(path)) return true
    const isDayOld = this.#options.clock.monotonic() - this.#bornAt >= DAY_MS
    return !isDayOld && !this.#settled.has(ownerOf(path))
  }

  async #work(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options
    await this.#removeUnfinished().catch((error: unknown) => logger.warn({ err: error }, FAILED))
    for (;;) {
      const saves = this.#saves
      try {
        // eslint-disable-next-line no-await-in-loop -- one file at a time
        await this.#pass(signal)
      } catch (error) {
        signal.throwIfAborted()
        logger.warn({ err: error }, FAILED)
        // eslint-disable-next-line no-await-in-loop
        await clock.sleep(RETRY_MS, { signal })
      }
      // eslint-disable-next-line no-await-in-loop
      while (this.#saves === saves) await this.#changed.wait({ signal })
    }
  }

  async #removeUnfinished(): Promise<void> {
    const { fileSystem } = this.#options
    for (const directory of this.#directories) {
      const names = await namesIn(fileSystem, directory)
      const unfinished = names.filter((name) => name.endsWith(UNFINISHED))
      for (const name of unfinished) await fileSystem.unlink(join(directory, name)).catch(unlessGone)
    }
  }

  /** Removes and compresses what there is to do now. */
  async #pass(signal: AbortSignal): Promise<void> {
    const { fileSystem, config } = this.#options
    const all: RotatedFile[] = []
    for (const directory of this.#directories) all.push(...(await rotatedFiles(fileSystem, directory)))
    for (const own of Map.groupBy(all, ({ path }) => ownerOf(path)).values()) {
      const numbers = [...new Set(own.map(({ number }) => number))]
      const kept = new Set(numbers.slice(-config.maxFiles))
      for (const { path, number, compressed } of own) {
        signal.throwIfAborted()
        if (this.#isNeeded(path)) continue
        if (!kept.has(number)) await fileSystem.unlink(path).catch(unlessGone)
        else if (!compressed && config.compress === 'gzip') await this.#compress(path, signal)
      }
    }
  }

  async #compress(path: string, signal: AbortSignal): Promise<void> {
    const { fileSystem } = this.#options
    const unfinished = `${path}${UNFINISHED}`
    const source = await fileSystem.open(path, 'r')
    try {
      const target = await fileSystem.open(unfinished, 'w')
      try {
        for (let at = 0; ; at += CHUNK_BYTES) {
          const chunk = new Uint8Array(CHUNK_BYTES)
          const length = await readFully(source, chunk, at)
          // Even an empty file has a gzip member: nothing is not gzip.
          if (length === 0 && at > 0) break
          await writeAll(target, [await this.#options.gzip(chunk.subarray(0, length))])
          // At low priority: others go first.
          await this.#options.clock.sleep(PAUSE_MS, { signal })
        }
        await target.sync()
      } finally {
        await target.close()
      }
    } finally {
      await source.close()
    }
    await fileSystem.rename(unfinished, `${path}.gz`)
    await fileSystem.syncDirectory(dirname(path))
    await fileSystem.unlink(path).catch(unlessGone)
  }
}

function unlessGone(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error
}

/** Positions of sources that are gone are kept for so long. */
const DAY_MS = 24 * 3600 * 1000
const CHUNK_BYTES = 256 * 1024
const PAUSE_MS = 10
const RETRY_MS = 60_000
const CLOSE_MS = 900
const FAILED = 'Rotated files could not be compressed or removed; it is tried again'
