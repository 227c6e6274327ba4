import { basename, dirname, join } from 'node:path'
import { codeOf } from '../../errors.ts'
import type { FileSystem } from '../../ports/file-system.ts'

/** What a file was renamed to when it was full, or old: `<file>.<number>`, later `<file>.<number>.gz`. Numbers only grow. */
export interface RotatedFile {
  readonly path: string
  readonly number: number
  readonly compressed: boolean
}

/** Ends the name of a compressed file that is not whole. */
export const UNFINISHED = '.gz.new'

const ROTATED = /^(.+\.log)\.(\d{6,})(\.gz)?$/

/** The rotated files of one file, oldest first; of all files of the directory when it is not given. */
export async function rotatedFiles(
  fileSystem: FileSystem,
  directory: string,
  file?: string,
): Promise<RotatedFile[]> {
  const found = (await namesIn(fileSystem, directory)).flatMap((name): RotatedFile[] => {
    const [, base, number, gz] = ROTATED.exec(name) ?? []
    if (base === undefined || (file !== undefined && base !== basename(file))) return []
    return [{ path: join(directory, name), number: Number(number), compressed: gz !== undefined }]
  })
  return found.toSorted((a, b) => a.number - b.number)
}

/** The number a file gets when it is rotated: greater than any there is. */
export async function nextGeneration(fileSystem: FileSystem, path: string): Promise<number> {
  return ((await rotatedFiles(fileSystem, dirname(path), path)).at(-1)?.number ?? 0) + 1
}

/** The path a file is rotated to. */
export function rotatedPath(path: string, generation: number): string {
  return `${path}.${String(generation).padStart(6, '0')}`
}

/** The number in the name of a rotated file; null for other names. */
export function generationOf(path: string): number | null {
  const [, , number, gz] = ROTATED.exec(path) ?? []
  return number === undefined || gz !== undefined ? null : Number(number)
}

/** Whatever lies beside the file under a name that begins with its name: where others move it or copy it to. */
export async function neighboursOf(fileSystem: FileSystem, path: string): Promise<string[]> {
  const names = await namesIn(fileSystem, dirname(path))
  return names
    .filter((name) => name.startsWith(basename(path)) && name !== basename(path))
    .filter((name) => !name.slice(basename(path).length).includes('.gz'))
    .map((name) => join(dirname(path), name))
}

/** The file that a rotated or compressed one belongs to. */
export function ownerOf(rotated: string): string {
  return rotated.replace(/\.\d{6,}(\.gz)?$/, '')
}

/** Names in the directory; none when it is not there. */
export async function namesIn(fileSystem: FileSystem, directory: string): Promise<string[]> {
  try {
    return await fileSystem.readdir(directory)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}
