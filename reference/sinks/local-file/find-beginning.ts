import type { FileHandle, FileSystem } from '../../ports/file-system.ts'
import { digest, holds, isSame, readTail, type Identity, type Place } from './place.ts'
import { reconcile } from './reconcile.ts'
import { generationOf, neighboursOf, nextGeneration } from './rotated-files.ts'

export interface BeginningOptions {
  readonly fileSystem: FileSystem
  readonly path: string
  /** The file at the path, open with `a+`. */
  readonly handle: FileHandle
  /** Where the records that were acknowledged end; undefined when there are none. */
  readonly last: Place | undefined
  /** The records that come now. */
  readonly expected: Uint8Array
}

export interface Beginning {
  /** What of the records must be appended to the file; all others are in some file. */
  readonly rest: Uint8Array
  /** Whether the file ends in a record that the rest goes on with, or in a whole one: not with something of somebody else. */
  readonly continues: boolean
  /** Size of the file. */
  readonly size: number
  /** The number the file gets when it is rotated. */
  readonly generation: number
  /** The file was cut or begun by somebody else and holds none of the records that come, but perhaps later ones: these must not be appended to it. */
  readonly unclear: boolean
  /** Where the records end when there is nothing to append and more may follow them in a file already; else null. */
  readonly place: Place | null
  readonly told: readonly ('cut' | 'foreign' | 'hole')[]
}

/** A file, or a part of it, in which what comes now may have been written by an earlier process, or by a write that failed. */
interface Stretch {
  readonly path: string
  readonly from: number
  readonly search: boolean
}

/**
 * Finds what of the records that come after a `kill -9`, a power cut or a failed write was written already. They lie, in this order, in
 *
 *     the file that held the end of what was acknowledged, if it was renamed or copied:  |......committed......|A|B|
 *     the files it was rotated to since, oldest first:                                                            |C|D|
 *     the file itself:                                                                                                 |E|F|
 *
 * The first is known by its inode, or, a copy, by the bytes before the committed end; the second by their numbers, which are not below that of the
 * mark. When nothing holds that end, the file was cut or removed, and what the others hold began somewhere among what comes.
 *
 * Somebody else may have destroyed the only evidence: by a cut, a removal, or the renaming of a file that was begun since the mark was saved (nothing tells when). Then, after a kill, records
 * written since the mark was saved may come twice, but in no file out of order.
 */
export async function findBeginning(options: BeginningOptions): Promise<Beginning> {
  const { path, handle, last } = options
  const told: Beginning['told'][number][] = []
  const { stretches, generation } = await stretchesOf(options)
  const isLost = stretches[0]!.search
  if (last !== undefined && last.length > 0 && isLost) told.push('cut')
  let rest = options.expected
  for (const stretch of stretches) {
    const isLast = stretch.path === path
    // eslint-disable-next-line no-await-in-loop -- one after the other
    const part = await readStretch(options.fileSystem, isLast ? handle : null, stretch, rest)
    const { size, found } = part
    rest = rest.subarray(part.present)
    if (found !== null && (isLast || found === 'hole')) told.push(found)
    const base = { rest, size, generation, told }
    const isEnd = part.length === size
    const unclear = isLast && stretch.search && part.present === 0 && size > 0
    if (isLast && (rest.byteLength > 0 || isEnd))
      return { ...base, continues: isEnd && part.present > 0, unclear, place: null }
    if (rest.byteLength > 0) continue
    const place = { ...part.place, generation: generationOf(stretch.path) ?? last?.generation ?? generation }
    return { ...base, continues: false, unclear: false, place }
  }
  throw new Error('unreachable: the last stretch is the file itself')
}

interface Stretches {
  /** In the order in which they were written; the file itself is the last. */
  readonly stretches: readonly Stretch[]
  readonly generation: number
}

async function stretchesOf({ fileSystem, path, handle, last }: BeginningOptions): Promise<Stretches> {
  const { size, ...own } = await handle.stat()
  const isOwn = last !== undefined && (last.identity === undefined || isSame(own, last.identity))
  if (isOwn && (await holds(handle, size, last)))
    return {
      stretches: [{ path, from: last.length, search: false }],
      generation: last.generation ?? (await nextGeneration(fileSystem, path)),
    }
  const generation = Math.max(await nextGeneration(fileSystem, path), last?.generation ?? 1)
  const others = await neighboursOf(fileSystem, path)
  const moved = others.filter((each) => generationOf(each) === null).toSorted()
  const rotated = others
    .filter((each) => generationOf(each) !== null)
    .toSorted((a, b) => generationOf(a)! - generationOf(b)!)
  const itself = { path, from: 0, search: true }
  if (last === undefined) {
    const before = [...moved, ...rotated].map((each) => ({ path: each, from: 0, search: false }))
    return { stretches: [...before, itself], generation }
  }
  const first = await holderOf(fileSystem, [...moved, ...rotated], last)
  const oldest = last.generation ?? generationOf(first ?? path) ?? Infinity
  const later = rotated.filter((each) => each !== first && generationOf(each)! >= oldest)
  return {
    stretches: [
      ...(first === null ? [] : [{ path: first, from: last.length, search: false }]),
      ...later.map((each) => ({ path: each, from: 0, search: true })),
      itself,
    ],
    generation,
  }
}

/** The neighbour that holds the place: the file itself, renamed, before a copy of it. */
async function holderOf(
  fileSystem: FileSystem,
  neighbours: readonly string[],
  last: Place,
): Promise<string | null> {
  let copy: string | null = null
  for (const path of neighbours) {
    const identity = await identityOfHolder(fileSystem, path, last)
    if (identity === null) continue
    if (isSame(identity, last.identity)) return path
    if (last.length > 0 && last.tail !== undefined) copy ??= path
  }
  return copy
}

/** Null when it does not hold the place, or cannot be read. */
async function identityOfHolder(fileSystem: FileSystem, path: string, last: Place): Promise<Identity | null> {
  try {
    const file = await fileSystem.open(path, 'r')
    try {
      const stat = await file.stat()
      return (await holds(file, stat.size, last)) ? stat : null
    } finally {
      await file.close()
    }
  } catch {
    return null
  }
}

interface Part {
  readonly present: number
  readonly size: number
  /** Up to where the stretch holds what it should. */
  readonly length: number
  readonly place: Omit<Place, 'generation'>
  readonly found: 'foreign' | 'hole' | null
}

/** @param open the handle, when it is the file itself; other files are opened, and synced: nobody else will */
async function readStretch(
  fileSystem: FileSystem,
  open: FileHandle | null,
  { path, from, search }: Stretch,
  expected: Uint8Array,
): Promise<Part> {
  const file = open ?? (await fileSystem.open(path, 'r+'))
  try {
    const { size, inode, device } = await file.stat()
    const { present, length, found, ...after } = await reconcile(file, expected, { from, size, search })
    const torn = open === null ? tornEnd(expected, present) : 0
    if (torn > 0) await file.truncate(length - torn)
    if (open === null && present > 0) await file.sync()
    const end = length - torn
    const tail = digest(await readTail(file, end))
    return {
      present: present - torn,
      size: torn > 0 ? end : after.size,
      length: end,
      place: { length: end, identity: { inode, device }, tail },
      found,
    }
  } finally {
    if (open === null) await file.close()
  }
}

/** Bytes of a record that was begun and not ended: it is written whole where nothing may be appended to it. */
function tornEnd(expected: Uint8Array, present: number): number {
  return present - (expected.subarray(0, present).lastIndexOf(NEWLINE) + 1)
}

const NEWLINE = 0x0a
