import { join, relative, resolve, sep } from 'node:path'
import type { SinkMark } from '../dispatch/sink.ts'
import { codeOf, messageOf } from '../errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { DirectoryEntry, FileSystem } from '../ports/file-system.ts'
import { beginningMark } from '../sinks/local-file/beginning-mark.ts'
import { shown } from './file-name.ts'
import { PushRefusal } from './push-refusal.ts'

export interface LogDirectoryOptions {
  readonly clock: Clock
  readonly fileSystem: FileSystem
  /** Of the file sink. */
  readonly directory: string
  /** Directories that are none of its business, although they may lie in it. */
  readonly forbidden: readonly string[]
}

/** The directory in which pushed files lie: looks that the way to each is one of directories, without a link, to a file or to nothing. */
export class LogDirectory {
  readonly #options: LogDirectoryOptions
  /** When a path was found to be good, monotonic milliseconds. */
  readonly #lookedAt = new Map<string, number>()

  constructor(options: LogDirectoryOptions) {
    this.#options = options
  }

  /**
   * Looks at the way to the path, once a minute at most.
   * @throws PushRefusal when nothing may be written there, or nobody can say
   */
  async check(path: string): Promise<void> {
    const { clock, directory } = this.#options
    const nowMs = clock.monotonic()
    if (nowMs - (this.#lookedAt.get(path) ?? -Infinity) < KEPT_MS) return
    this.#assertOwn(path)
    const parts = path.split('/')
    let at = directory
    for (const [index, part] of parts.entries()) {
      // oxlint-disable-next-line no-await-in-loop -- one below the other
      const entry = await this.#entry(at, part, path)
      if (entry === null) break
      const wanted = index === parts.length - 1 ? 'file' : 'directory'
      if (entry.kind !== wanted) throw notWanted(path, parts.slice(0, index + 1).join('/'), entry.kind)
      at = join(at, part)
    }
    this.#lookedAt.set(path, nowMs)
  }

  /** What the file holds before the first record of a source. */
  async beginning(path: string): Promise<SinkMark> {
    return await beginningMark(this.#options.fileSystem, join(this.#options.directory, path))
  }

  /** The path is not used any more. */
  forget(path: string): void {
    this.#lookedAt.delete(path)
  }

  #assertOwn(path: string): void {
    const full = resolve(this.#options.directory, path)
    for (const directory of this.#options.forbidden) {
      const within = relative(resolve(directory), full)
      if (within !== '..' && !within.startsWith(`..${sep}`))
        throw new PushRefusal(
          400,
          `Cannot write to the file ${shown(path)}: the collector's own state is kept there`,
        )
    }
  }

  async #entry(directory: string, name: string, path: string): Promise<DirectoryEntry | null> {
    try {
      const entries = await this.#options.fileSystem.list(directory)
      return entries.find((entry) => entry.name === name) ?? null
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT') return null
      const why = `Cannot look at the way to the file ${shown(path)}: ${messageOf(cause)}`
      throw new PushRefusal(503, why, { cause, retryAfterSeconds: 10 })
    }
  }
}

function notWanted(path: string, part: string, kind: DirectoryEntry['kind']): PushRefusal {
  const what = { link: 'a symbolic link', directory: 'a directory', file: 'a file', other: 'no file' }[kind]
  const where = part === path ? 'it' : shown(part)
  return new PushRefusal(400, `Cannot write to the file ${shown(path)}: ${where} is ${what}`)
}

const KEPT_MS = 60_000
