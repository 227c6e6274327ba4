import { dirname, join } from 'node:path'
import type { RotationConfig } from '../config/config.ts'
import { readFully, writeAll } from '../dispatch/files.ts'
import { codeOf } from '../errors.ts'
import { Condition } from '../lifecycle/condition.ts'
import { Scope } from '../lifecycle/scope.ts'
import type { TaskRegistry } from '../lifecycle/task-registry.ts'
import type { Clock } from '../ports/clock.ts'
import type { FileSystem } from '../ports/file-system.ts'
import type { Logger } from '../ports/logger.ts'
import { namesIn, ownerOf, rotatedFiles, UNFINISHED } from './rotated-files.ts'

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
 * A rotated file is left alone until the positions were saved once after it was rotated: until then it may hold records that come again after a crash.
 */
export class Archive {
  readonly #options: ArchiveOptions
  /** Paths of the files rotated in this life, with the number of syncs there had been. */
  readonly #young = new Map<string, number>()
  readonly #changed = new Condition()
  #syncs = 0
  #scope: Scope | null = null

  constructor(options: ArchiveOptions) {
    this.#options = options
  }

  /** A file is about to be rotated to this path. */
  add(path: string): void {
    this.#young.set(path, this.#syncs)
  }

  /** A sync begins: the positions of the one before were saved, or could not be. Starts the work at the first. */
  syncing(): void {
    this.#syncs += 1
    for (const [path, syncs] of this.#young)
      if (this.#syncs - syncs >= SETTLED_SYNCS) this.#young.delete(path)
    this.#changed.notifyAll()
    if (this.#scope !== null || this.#syncs < SETTLED_SYNCS) return
    const { clock, tasks, logger } = this.#options
    const onFailure = (task: { name: string }, error: unknown): void =>
      logger.error({ task: task.name, err: error }, 'Rotated files are no longer looked after')
    this.#scope = new Scope('local_file', { clock, tasks, onFailure })
    this.#scope.spawn('local_file_archive', 'rotated files', (signal) => this.#work(signal))
  }

  /** Whether the file may be rotated again: not before what it holds had a chance to be committed once. */
  get settled(): boolean {
    return this.#syncs >= SETTLED_SYNCS
  }

  /** Ends the work; a file being compressed stays as it is. */
  async close(): Promise<void> {
    const scope = this.#scope
    this.#scope = null
    this.#syncs = 0
    await scope?.close({ deadlineMs: CLOSE_MS })
  }

  async #work(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options
    await this.#removeUnfinished().catch((error: unknown) => logger.warn({ err: error }, FAILED))
    for (;;) {
      const syncs = this.#syncs
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
      while (this.#syncs === syncs) await this.#changed.wait({ signal })
    }
  }

  async #removeUnfinished(): Promise<void> {
    const { fileSystem, directory } = this.#options
    const names = await namesIn(fileSystem, directory)
    const unfinished = names.filter((name) => name.endsWith(UNFINISHED))
    for (const name of unfinished) await fileSystem.unlink(join(directory, name)).catch(unlessGone)
  }

  /** Removes and compresses what there is to do now. */
  async #pass(signal: AbortSignal): Promise<void> {
    const { fileSystem, directory, config } = this.#options
    const all = await rotatedFiles(fileSystem, directory)
    for (const own of Map.groupBy(all, ({ path }) => ownerOf(path)).values()) {
      const numbers = [...new Set(own.map(({ number }) => number))]
      const kept = new Set(numbers.slice(-config.maxFiles))
      for (const { path, number, compressed } of own) {
        signal.throwIfAborted()
        if (this.#young.has(path)) continue
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
          if (length === 0) break
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

/** Syncs after which what was written before the first of them had its chance to be committed. */
const SETTLED_SYNCS = 2
const CHUNK_BYTES = 256 * 1024
const PAUSE_MS = 10
const RETRY_MS = 60_000
const CLOSE_MS = 900
const FAILED = 'Rotated files could not be compressed or removed; it is tried again'
