import { dirname } from 'node:path'
import type { FileHandle, FileSystem, OpenFlags } from '../../../reference/ports/index.ts'

/** Makes of a file system one that is wrong in one way. */
export type Breaking = (files: FileSystem) => FileSystem

/** The file system with some operations replaced. */
export function replace(change: (files: FileSystem) => Partial<FileSystem>): Breaking {
  return (files) => ({
    open: (path, flags) => files.open(path, flags),
    mkdir: (path) => files.mkdir(path),
    rename: (from, to) => files.rename(from, to),
    unlink: (path) => files.unlink(path),
    stat: (path) => files.stat(path),
    readdir: (path) => files.readdir(path),
    list: (path) => files.list(path),
    syncDirectory: (path) => files.syncDirectory(path),
    ...change(files),
  })
}

/** How a handle was opened, and on what. */
export interface Opened {
  readonly path: string
  readonly flags: OpenFlags
  readonly files: FileSystem
}

/** The file system with some operations of the handles it opens replaced. */
export function replaceOfHandles(
  change: (handle: FileHandle, opened: Opened) => Partial<FileHandle>,
): Breaking {
  return replace((files) => ({
    open: async (path, flags) => {
      const handle = await files.open(path, flags)
      return {
        read: (buffer, position) => handle.read(buffer, position),
        write: (buffers) => handle.write(buffers),
        truncate: (length) => handle.truncate(length),
        stat: () => handle.stat(),
        sync: () => handle.sync(),
        close: () => handle.close(),
        ...change(handle, { path, flags, files }),
      }
    },
  }))
}

/** Goes on in another way where an operation fails with this code. */
export async function instead<T>(
  operation: Promise<T>,
  code: string,
  otherwise: () => T | Promise<T>,
): Promise<T> {
  try {
    return await operation
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== code) throw error
    return await otherwise()
  }
}

export function fail(code: string): never {
  throw Object.assign(new Error(code), { code })
}

export async function exists(files: FileSystem, path: string): Promise<boolean> {
  return await files.stat(path).then(
    () => true,
    () => false,
  )
}

export async function isDirectory(files: FileSystem, path: string): Promise<boolean> {
  return await files.readdir(path).then(
    () => true,
    () => false,
  )
}

export async function mkdirOf(files: FileSystem, path: string): Promise<void> {
  await files.mkdir(dirname(path))
}

/** Writes at a position, keeping what lies before it. */
export async function writeAt(
  files: FileSystem,
  path: string,
  position: number,
  buffers: readonly Uint8Array[],
): Promise<number> {
  const file = await files.open(path, 'r+')
  const before = new Uint8Array(position)
  await file.read(before, 0)
  const written = await file.write([before, ...buffers])
  await file.close()
  return written - position
}

export function bytesOf(buffers: readonly Uint8Array[]): number {
  return Buffer.concat(buffers).byteLength
}
