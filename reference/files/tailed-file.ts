import type { Closable } from '../lifecycle/open-files.ts'
import type { FileHandle, FileStat, FileSystem } from '../ports/file-system.ts'
import { isMissing } from './directories.ts'
import { isSameFile, type FileIdentity } from './file-place.ts'

/** One file, opened and closed again as there is room. */
export class TailedFile implements Closable {
  readonly #fileSystem: FileSystem
  readonly #identity: FileIdentity
  #handle: FileHandle | null = null

  constructor(fileSystem: FileSystem, identity: FileIdentity) {
    this.#fileSystem = fileSystem
    this.#identity = identity
  }

  get isOpen(): boolean {
    return this.#handle !== null
  }

  /** Opens it by a path that led to it a moment ago. @returns false when that path leads elsewhere by now */
  async open(path: string): Promise<boolean> {
    let handle: FileHandle
    try {
      handle = await this.#fileSystem.open(path, 'r')
    } catch (error) {
      if (isMissing(error)) return false
      throw error
    }
    this.#handle = handle
    let isIt = false
    try {
      isIt = isSameFile(await handle.stat(), this.#identity)
    } finally {
      if (!isIt) await this.close()
    }
    return isIt
  }

  async stat(): Promise<FileStat> {
    return await this.#handle!.stat()
  }

  /** Reads from the position on until there is more than `enough`, or the file ends; the number of bytes. */
  async read(buffer: Uint8Array, position: number, enough: number): Promise<number> {
    let filled = 0
    while (filled <= enough && filled < buffer.length) {
      // eslint-disable-next-line no-await-in-loop -- one after the other
      const read = await this.#handle!.read(buffer.subarray(filled), position + filled)
      if (read === 0) break
      filled += read
    }
    return filled
  }

  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = null
    await handle?.close()
  }
}
