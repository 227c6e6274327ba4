import path from 'node:path'
import { codeOf } from '../../errors.ts'
import type { FileSystem } from '../../ports/file-system.ts'

/** One of the files a log is stored in. */
export interface StoredFile {
  readonly path: string
  readonly device: number
  readonly inode: number
  /** Bytes, as they are on the disk. */
  readonly size: number
  readonly compressed: boolean
}

/**
 * The files of a log, oldest first; none when it has none. The engine keeps `x-json.log`, which it writes, and of what it has rotated `x-json.log.1` and so
 * on, or `x-json.log.1.gz`. It renames them one after the other: they are looked at until they are the same twice.
 */
export async function listStoredFiles(fileSystem: FileSystem, active: string): Promise<StoredFile[]> {
  let before = await lookAt(fileSystem, active)
  for (let looks = 1; looks < LOOKS_MAX; looks++) {
    // eslint-disable-next-line no-await-in-loop -- until nothing has changed
    const files = await lookAt(fileSystem, active)
    if (files.length === before.length && files.every((file, index) => isSame(file, before[index]!)))
      return files
    before = files
  }
  return before
}

/** Whether it is the same file, whatever it is called. */
export function isSameFile(
  a: { readonly device: number; readonly inode: number },
  b: { readonly device: number; readonly inode: number },
): boolean {
  return a.inode === b.inode && a.device === b.device
}

function isSame(a: StoredFile, b: StoredFile): boolean {
  return a.path === b.path && isSameFile(a, b)
}

async function lookAt(fileSystem: FileSystem, active: string): Promise<StoredFile[]> {
  const directory = path.posix.dirname(active)
  const name = path.posix.basename(active)
  const names = await unlessAbsent(fileSystem.readdir(directory))
  const found = (names ?? []).flatMap((each) => numberOf(each, name) ?? [])
  // While one is compressed it is there in both forms.
  const numbers = new Map(
    found.toSorted((a, b) => Number(b.compressed) - Number(a.compressed)).map((each) => [each.number, each]),
  )
  const files: StoredFile[] = []
  for (const { compressed, file } of [...numbers.values()].toSorted((a, b) => b.number - a.number)) {
    const full = path.posix.join(directory, file)
    // eslint-disable-next-line no-await-in-loop -- a few
    const stat = await unlessAbsent(fileSystem.stat(full))
    if (stat !== null)
      files.push({ path: full, compressed, device: stat.device, inode: stat.inode, size: stat.size })
  }
  return files
}

interface NumberedFile {
  readonly file: string
  /** 0 for the one that is written. */
  readonly number: number
  readonly compressed: boolean
}

function numberOf(file: string, active: string): NumberedFile | null {
  if (!file.startsWith(active)) return null
  const match = /^(?:\.(\d+)(\.gz)?)?$/.exec(file.slice(active.length))
  return match === null ? null : { file, number: Number(match[1] ?? 0), compressed: match[2] !== undefined }
}

/** Null where there is no such file. */
export async function unlessAbsent<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

/** Renames are over in no time: more than this and the log is rotated all the time. */
const LOOKS_MAX = 32
