import { posix } from 'node:path'
import { messageOf } from '../errors.ts'
import { withDeadline } from '../lifecycle/deadline.ts'
import type { Clock } from '../ports/clock.ts'
import type { DirectoryEntry, FileSystem } from '../ports/file-system.ts'
import { statOf, type Directories, type Listing } from './directories.ts'
import { keyOf, type FileIdentity } from './file-place.ts'
import type { PathGlobs } from './path-globs.ts'
import { isCompressed, nameBeforeRotation } from './rotated-names.ts'

export interface DiscoveryOptions {
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly directories: Directories
  readonly globs: PathGlobs
}

/** What a walk through the directories found. */
export interface Found {
  /** Paths of logs that are wanted, sorted. Files that rotation made of another one of these are not among them. */
  readonly paths: readonly string[]
  /** Directories that could not be read, each with why; what is in them is not known. One that is not there is none of them. */
  readonly unread: ReadonlyMap<string, string>
}

/** Finds the files that globs ask for. */
export class Discovery {
  readonly #options: DiscoveryOptions
  /** Rotated files that were there when this began. */
  readonly #before = new Set<string>()
  #isFirst = true

  constructor(options: DiscoveryOptions) {
    this.#options = options
  }

  /** Whether it was a rotated file already when the first walk came by. */
  wasRotatedBefore(file: FileIdentity): boolean {
    return this.#before.has(keyOf(file))
  }

  /**
   * Walks through the directories. One that hangs holds up neither the others nor, beyond a deadline, the walk.
   * @param isLog whether a path is a log that is read already, though it may not be there now
   */
  async scan(isLog: (path: string) => boolean, signal: AbortSignal): Promise<Found> {
    const paths = new Set<string>()
    const unread = new Map<string, string>()
    const { roots } = this.#options.globs
    await Promise.all(
      roots.map(({ directory, depth }) => this.#walk(directory, depth, { paths, unread }, signal)),
    )
    this.#isFirst &&= unread.size > 0
    const isOfAnother = (path: string): boolean => {
      const { dir, base } = posix.parse(path)
      const before = nameBeforeRotation(base)
      if (before === null) return false
      const log = posix.join(dir, before)
      return paths.has(log) || isLog(log)
    }
    return { paths: [...paths].filter((path) => !isOfAnother(path)).toSorted(), unread }
  }

  async #walk(
    directory: string,
    depth: number,
    found: { paths: Set<string>; unread: Map<string, string> },
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, directories, globs } = this.#options
    signal.throwIfAborted()
    const reading = directories.list(directory)
    let listing: Listing | null
    try {
      listing = await withDeadline(clock, `reading ${directory}`, LIST_DEADLINE_MS, signal, () => reading)
    } catch (error) {
      // What the kernel was asked cannot be taken back: who stops waits for it, as long as he may.
      if (signal.aborted) await Promise.allSettled([reading])
      signal.throwIfAborted()
      found.unread.set(directory, messageOf(error))
      return
    }
    if (listing === null) return
    if (this.#isFirst) await this.#noteRotated(listing)
    for (const name of listing.names) {
      const path = posix.join(directory, name)
      if (!isCompressed(name) && globs.wants(path)) found.paths.add(path)
    }
    if (depth === 0) return
    const below = await this.#directoriesIn(listing, depth)
    await Promise.all(below.map((path) => this.#walk(path, depth - 1, found, signal)))
  }

  async #noteRotated({ directory, names }: Listing): Promise<void> {
    const rotated = names.filter((name) => !isCompressed(name) && nameBeforeRotation(name) !== null)
    await Promise.all(
      rotated.map(async (name) => {
        const stat = await statOf(this.#options.fileSystem, posix.join(directory, name)).catch(() => null)
        if (stat !== null) this.#before.add(keyOf(stat))
      }),
    )
  }

  /** Links to directories are followed only where the depth is bounded: they may lead round in a circle. */
  async #directoriesIn({ directory, entries }: Listing, depth: number): Promise<string[]> {
    const { globs } = this.#options
    const isDirectory = async ({ name, kind }: DirectoryEntry): Promise<boolean> => {
      if (kind !== 'link') return kind === 'directory'
      return Number.isFinite(depth) && (await this.#isDirectory(posix.join(directory, name)))
    }
    const asked = await Promise.all(
      entries.map(async (entry) => ((await isDirectory(entry)) ? [entry.name] : [])),
    )
    return asked
      .flat()
      .map((name) => posix.join(directory, name))
      .filter((path) => !globs.excludes(path))
  }

  async #isDirectory(path: string): Promise<boolean> {
    return await this.#options.fileSystem.stat(path).then(
      ({ kind }) => kind === 'directory',
      () => false,
    )
  }
}

/** A directory that is not read in this time is passed over, until it is. */
const LIST_DEADLINE_MS = 30_000
