import * as nodeFiles from 'node:fs/promises'
import type { FileHandle, FileStat, FileSystem, OpenFlags } from '../ports/file-system.ts'

/** What of `node:fs/promises` is used. */
export type FilePromises = Pick<typeof nodeFiles, 'open' | 'mkdir' | 'rename' | 'unlink' | 'stat' | 'readdir'>

/** The machine's file system, or another one with Node's interface. */
export class NodeFileSystem implements FileSystem {
  readonly #files: FilePromises

  constructor(files: FilePromises = nodeFiles) {
    this.#files = files
  }

  async open(path: string, flags: OpenFlags): Promise<FileHandle> {
    return new NodeFileHandle(await this.#files.open(path, flags))
  }

  async mkdir(path: string): Promise<void> {
    await this.#files.mkdir(path, { recursive: true })
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#files.rename(from, to)
  }

  async unlink(path: string): Promise<void> {
    await this.#files.unlink(path)
  }

  async stat(path: string): Promise<FileStat> {
    return toFileStat(await this.#files.stat(path))
  }

  async readdir(path: string): Promise<string[]> {
    return await this.#files.readdir(path)
  }

  async syncDirectory(path: string): Promise<void> {
    await using directory = await this.#files.open(path, 'r')
    await directory.sync()
  }
}

class NodeFileHandle implements FileHandle {
  readonly #handle: nodeFiles.FileHandle
  #closing: Promise<void> | null = null

  constructor(handle: nodeFiles.FileHandle) {
    this.#handle = handle
  }

  async read(buffer: Uint8Array, position: number): Promise<number> {
    return (await this.#handle.read(buffer, 0, buffer.byteLength, position)).bytesRead
  }

  async write(buffers: readonly Uint8Array[]): Promise<number> {
    return (await this.#handle.writev([...buffers])).bytesWritten
  }

  async truncate(length: number): Promise<void> {
    await this.#handle.truncate(length)
  }

  async stat(): Promise<FileStat> {
    return toFileStat(await this.#handle.stat())
  }

  async sync(): Promise<void> {
    await this.#handle.datasync()
  }

  async close(): Promise<void> {
    this.#closing ??= this.#handle.close()
    await this.#closing
  }
}

function toFileStat(stats: { size: number; ino: number; dev: number }): FileStat {
  return { size: stats.size, inode: stats.ino, device: stats.dev }
}
