import path from 'node:path'

/** A place in a source file as the engine runs it, not yet mapped to what was written. */
export interface Frame {
  readonly file: string
  readonly line: number
  readonly column: number
  /** The function, empty when it has no name. */
  readonly name: string
}

/** How a call came about, seen from the code of the one who looks for leaks. */
export interface CallPath {
  /** Frames outside Node, this package and `node_modules`, innermost first, at most {@link FRAMES_MAX}. */
  readonly frames: readonly Frame[]
  /** The innermost frame in `node_modules` or of this package's simulators. Null when there is none, or it was not needed. */
  readonly library: Frame | null
  /** The module of Node that was called from outside Node, such as `node:net`. Null when none was. */
  readonly through: string | null
  /** The builtin function of the language that was called from outside, such as `Promise` for its constructor. Null when none was. */
  readonly builtin: string | null
}

/**
 * The call path to here, `below` and what it calls left out; null when it is this helper that called. Holds on to no object: only strings and numbers are
 * kept.
 */
export function captureCallPath(below: (...args: never[]) => unknown): CallPath | null {
  const installed: unknown = Reflect.get(Error, 'prepareStackTrace')
  const { stackTraceLimit } = Error
  try {
    Error.stackTraceLimit = STACK_DEPTH
    Error.prepareStackTrace = (_, sites) => toCallPath(sites)
    const holder: { stack?: CallPath | null } = {}
    Error.captureStackTrace(holder, below)
    return holder.stack ?? null
  } finally {
    Error.stackTraceLimit = stackTraceLimit
    Reflect.set(Error, 'prepareStackTrace', installed)
  }
}

function toCallPath(sites: readonly NodeJS.CallSite[]): CallPath | null {
  const frames: Frame[] = []
  let library: NodeJS.CallSite | null = null
  let through: string | null = null
  let builtin: string | null = null
  for (const site of sites) {
    const file = site.getFileName()
    const origin = originOf(file)
    if (origin === 'user') {
      frames.push(toFrame(site))
      if (frames.length === FRAMES_MAX) break
    } else if (frames.length > 0) continue
    else if (origin === 'helper') return null
    else if (origin === 'library') library ??= site
    else if (library !== null) continue
    else if (origin === 'builtin') builtin = site.getFunctionName()
    else if (origin === 'node') through = file
  }
  return { frames, library: library === null ? null : toFrame(library), through, builtin }
}

type Origin = 'user' | 'library' | 'node' | 'builtin' | 'watch' | 'helper'

/** Whose code a file is. */
function originOf(file: string | null | undefined): Origin {
  if (file === null || file === undefined) return 'builtin'
  const known = origins.get(file)
  if (known !== undefined) return known
  const origin = findOrigin(file)
  origins.set(file, origin)
  return origin
}

function findOrigin(file: string): Origin {
  if (HOOKS.has(file)) return 'watch'
  if (file.startsWith('node:') || file.startsWith('wasm:')) return 'node'
  const local = toPath(file)
  const isTest = /\.test\.[cm]?[jt]s$/.test(local)
  if (!isTest && isInside(import.meta.dirname, local)) return HELPER.test(local) ? 'helper' : 'watch'
  if (local.includes('/node_modules/') || (!isTest && isInside(SIMULATORS, local))) return 'library'
  return 'user'
}

function isInside(directory: string, file: string): boolean {
  return file.startsWith(directory + path.sep)
}

/** A path for what the engine names by path or by address. */
export function toPath(file: string): string {
  return file.startsWith('file://') ? decodeURI(file.slice('file://'.length)) : file
}

function toFrame(site: NodeJS.CallSite): Frame {
  return {
    file: site.getFileName() ?? '',
    line: site.getLineNumber() ?? 0,
    column: site.getColumnNumber() ?? 0,
    name: site.getFunctionName() ?? '',
  }
}

const origins = new Map<string, Origin>()
const SIMULATORS = path.dirname(import.meta.dirname)
/** What opens something itself; the other files beside this one are called by who opens something. */
const HELPER = /\/(?:find-leaks|lazy-descriptors)\.[jt]s$/
/** Through which the watch is called. */
const HOOKS = new Set(['node:internal/async_hooks', 'node:async_hooks'])
/** Deep enough for the frames of a client library between the caller and Node. */
const STACK_DEPTH = 50
const FRAMES_MAX = 8
