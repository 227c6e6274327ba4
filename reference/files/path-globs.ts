import { posix } from 'node:path'
import picomatch from 'picomatch'

/**
 * Which files are wanted: absolute paths and globs (`*`, `?`, `[a-z]`, `{a,b}`, `**` for any number of directories). Exclude wins. A name that begins
 * with a dot is met only by a pattern that has the dot.
 */
export class PathGlobs {
  /** Directories below which something may be found, none of them below another one of the same depth or more. */
  readonly roots: readonly GlobRoot[]
  readonly #included: (path: string) => boolean
  readonly #excluded: (path: string) => boolean

  /** @param excludedDirectories whose files are never wanted */
  constructor(
    paths: readonly string[],
    exclude: readonly string[],
    excludedDirectories: readonly string[] = [],
  ) {
    this.roots = rootsOf(paths)
    this.#included = matcher(paths)
    const excluded = matcher(exclude)
    const own = excludedDirectories.map((directory) =>
      directory.endsWith('/') ? directory : `${directory}/`,
    )
    this.#excluded = (path) => excluded(path) || own.some((directory) => path.startsWith(directory))
  }

  /** Whether the file of this absolute path is wanted. */
  wants(path: string): boolean {
    return this.#included(path) && !this.#excluded(path)
  }

  /** Whether everything in this directory is excluded, so that nobody has to look. */
  excludes(directory: string): boolean {
    return this.#excluded(`${directory}/`)
  }
}

/** A directory and how many directories below it something may be found: 0 for its own files only, Infinity for all. */
export interface GlobRoot {
  readonly directory: string
  readonly depth: number
}

function matcher(patterns: readonly string[]): (path: string) => boolean {
  return patterns.length === 0 ? () => false : picomatch([...patterns])
}

function rootsOf(patterns: readonly string[]): GlobRoot[] {
  const depths = new Map<string, number>()
  for (const { directory, depth } of patterns.map(rootOf))
    depths.set(directory, Math.max(depth, depths.get(directory) ?? 0))
  return [...depths].map(([directory, depth]) => ({ directory, depth }))
}

function rootOf(pattern: string): GlobRoot {
  const { base, glob } = picomatch.scan(pattern)
  if (glob === '') return { directory: posix.dirname(base), depth: 0 }
  return { directory: base === '' ? '/' : base, depth: depthOf(glob) }
}

/** How many slashes what fits the glob may have. One within braces or brackets may stand for any number. */
function depthOf(glob: string): number {
  if (glob.includes('**') || /[{([][^})\]]*\//.test(glob)) return Infinity
  return glob.split('/').length - 1
}
