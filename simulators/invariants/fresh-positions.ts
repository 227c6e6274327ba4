import { z } from 'zod'
import type { World } from '../world.ts'
import { every } from './every.ts'

export interface FreshPositionsOptions {
  /** The file they are saved in. */
  readonly path: string
  readonly checkpointIntervalMs: () => number
  /** Records that every sink holds of each source that is there, by the source's id. */
  readonly delivered: () => ReadonlyMap<string, number>
  /** Since when nothing keeps the collector from saving, virtual milliseconds; Infinity while something does. */
  readonly undisturbedSinceMs: () => number
}

/** I11: positions on disk are never older than three checkpoint intervals, while the disk does what it is asked. */
export function positionsAreFresh(world: World, options: FreshPositionsOptions): Disposable {
  /** What was delivered at the last looks, the oldest first. */
  let past: { readonly atMs: number; readonly delivered: ReadonlyMap<string, number> }[] = []
  let read: { readonly bytes: Uint8Array; readonly saved: ReadonlyMap<string, number> } = {
    bytes: new Uint8Array(),
    saved: new Map(),
  }
  return every(world, 'I11 positions on disk are fresh', LOOK_MS, () => {
    const ageMs = 3 * options.checkpointIntervalMs() + ALLOWANCE_MS
    const delivered = options.delivered()
    past.push({ atMs: world.nowMs, delivered })
    const isOld = ({ atMs }: { atMs: number }): boolean => world.nowMs - atMs >= ageMs
    past = past.slice(Math.max(0, past.findLastIndex(isOld)))
    const [old] = past
    if (old === undefined || !isOld(old)) return undefined
    if (world.nowMs - options.undisturbedSinceMs() < ageMs || hasNothing(old.delivered)) return undefined
    const bytes = world.fileSystem.contents(options.path)
    if (Buffer.compare(bytes, read.bytes) !== 0) read = { bytes: bytes.slice(), saved: savedRecords(bytes) }
    for (const [id, records] of old.delivered) {
      const onDisk = read.saved.get(id) ?? 0
      if (onDisk >= records || !delivered.has(id)) continue
      return `${options.path} has ${onDisk} records of ${id.slice(0, 12)}, of which ${records} were delivered ${world.nowMs - old.atMs} ms ago`
    }
    return undefined
  })
}

function hasNothing(delivered: ReadonlyMap<string, number>): boolean {
  return [...delivered.values()].every((records) => records === 0)
}

/**
 * Records before the position of each source, by its id, in either form of the file of positions; an empty file has none.
 * @throws Error when it is no whole JSON: it was written over in place
 */
export function savedRecords(bytes: Uint8Array): Map<string, number> {
  if (bytes.length === 0) return new Map()
  const { sources } = POSITIONS.parse(parsed(bytes))
  return new Map(sources.map(({ id, position, sinks }) => [id, recordsOf(position, sinks)]))
}

/** The sinks that the file of positions names; an empty file names none. */
export function savedSinks(bytes: Uint8Array): Set<string> {
  return new Set(bytes.length === 0 ? [] : Object.keys(POSITIONS.parse(parsed(bytes)).sinks))
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString())
  } catch (error) {
    throw new Error(`Cannot use the positions on the disk: ${String(error)}`, { cause: error })
  }
}

function recordsOf(
  position: { records: number } | undefined,
  sinks: Record<string, { position: { records: number } }> | undefined,
): number {
  if (position !== undefined) return position.records
  return Math.min(...Object.values(sinks ?? {}).map((sink) => sink.position.records))
}

const hasRecords = z.object({ records: z.number() })
const POSITIONS = z.object({
  sinks: z.record(z.string(), z.unknown()).default({}),
  sources: z.array(
    z.object({
      id: z.string(),
      position: hasRecords.optional(),
      sinks: z.record(z.string(), z.object({ position: hasRecords })).optional(),
    }),
  ),
})
const LOOK_MS = 1000
/** For writing them. */
const ALLOWANCE_MS = 1000
