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

/** Replaces the file so that a crash at any moment leaves the old or the new text, whole. Creates the directory. */
export async function replaceFile(fileSystem: FileSystem, path: string, text: string): Promise<void> {
  await fileSystem.mkdir(dirname(path))
  const temporary = `${path}.new`
  const file = await fileSystem.open(temporary, 'w')
  try {
    await writeAll(file, [new TextEncoder().encode(text)])
    await file.sync()
  } finally {
    await file.close()
  }
  await fileSystem.rename(temporary, path)
  await fileSystem.syncDirectory(dirname(path))
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
