import { dirname } from 'node:path'
import { codeOf } from '../errors.ts'
import type { FileHandle, FileSystem } from '../ports/file-system.ts'

/** Writes every byte, however short the single writes are. */
export async function writeAll(file: FileHandle, buffers: readonly Uint8Array[]): Promise<void> {
  let rest = buffers.filter((buffer) => buffer.byteLength > 0)
  while (rest.length > 0) rest = dropBytes(rest, await file.write(rest))
}

/** The file's text, or null when it does not exist. */
export async function readWholeFile(fileSystem: FileSystem, path: string): Promise<string | null> {
  const file = await openExisting(fileSystem, path)
  if (file === null) return null
  try {
    const buffer = new Uint8Array((await file.stat()).size)
    return new TextDecoder().decode(buffer.subarray(0, await readFully(file, buffer, 0)))
  } finally {
    await file.close()
  }
}

/** Reads until the buffer is full or the file ends; the number of bytes read. */
export async function readFully(file: FileHandle, buffer: Uint8Array, position: number): Promise<number> {
  let filled = 0
  while (filled < buffer.byteLength) {
    const read = await file.read(buffer.subarray(filled), position + filled)
    if (read === 0) break
    filled += read
  }
  return filled
}

/**
 * Creates the directory and its parents so that they survive a power cut; also those that are there already, because an earlier process may have
 * been killed before it got to this. A parent that cannot be synced is left alone: one that may not be read, or on a file system that
 * knows no such thing.
 */
export async function makeDirectory(fileSystem: FileSystem, path: string): Promise<void> {
  await fileSystem.mkdir(path)
  for (const parent of parentsOf(path)) {
    // eslint-disable-next-line no-await-in-loop -- from the inside out, once in the life of a process
    await syncIfPossible(fileSystem, parent)
  }
}

/** Replaces the file so that a crash at any moment leaves the old or the new text, whole. Creates the directory. */
export async function replaceFile(fileSystem: FileSystem, path: string, text: string): Promise<void> {
  await replaceFileWith(fileSystem, path, (file) => writeAll(file, [new TextEncoder().encode(text)]))
}

/** The same with what `write` puts into an empty file; when that fails, the file stays as it was. */
export async function replaceFileWith(
  fileSystem: FileSystem,
  path: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  await fileSystem.mkdir(dirname(path))
  const temporary = `${path}.new`
  const file = await fileSystem.open(temporary, 'w')
  try {
    await write(file)
    await file.sync()
  } finally {
    await file.close()
  }
  await fileSystem.rename(temporary, path)
  await syncIfPossible(fileSystem, dirname(path))
}

/** A directory that cannot be synced is no reason not to save what is in it. */
async function syncIfPossible(fileSystem: FileSystem, directory: string): Promise<void> {
  try {
    await fileSystem.syncDirectory(directory)
  } catch (error) {
    if (!NOT_TO_BE_SYNCED.has(codeOf(error) ?? '')) throw error
  }
}

function parentsOf(path: string): string[] {
  const parent = dirname(path)
  return parent === path ? [] : [parent, ...parentsOf(parent)]
}

async function openExisting(fileSystem: FileSystem, path: string): Promise<FileHandle | null> {
  try {
    return await fileSystem.open(path, 'r')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

function dropBytes(buffers: readonly Uint8Array[], count: number): Uint8Array[] {
  const rest = [...buffers]
  let left = count
  while (rest.length > 0 && left >= rest[0]!.byteLength) left -= rest.shift()!.byteLength
  if (left > 0) rest[0] = rest[0]!.subarray(left)
  return rest
}

const NOT_TO_BE_SYNCED: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EINVAL', 'EROFS', 'ENOTSUP'])
