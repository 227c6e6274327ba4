import type { Stats } from 'node:fs'
import * as nodeFiles from 'node:fs/promises'
import { codeOf } from '../errors.ts'
import type { Logger } from '../ports/logger.ts'
import type {
  DirectoryEntry,
  FileHandle,
  FileKind,
  FileStat,
  FileSystem,
  OpenFlags,
} from '../ports/file-system.ts'

/** What of `node:fs/promises` is used. */
export type FilePromises = Pick<typeof nodeFiles, 'open' | 'mkdir' | 'rename' | 'unlink' | 'stat' | 'readdir'>

export interface NodeFileSystemOptions {
  /** Default: Node's own. */
  readonly files?: FilePromises
  /** Is told, once, of directories that cannot be synced. */
  readonly logger?: Pick<Logger, 'warn'>
}

/** The machine's file system, or another one with Node's interface. */
export class NodeFileSystem implements FileSystem {
  readonly #files: FilePromises
  readonly #logger: Pick<Logger, 'warn'> | undefined
  #told = false

  constructor({ files = nodeFiles, logger }: NodeFileSystemOptions = {}) {
    this.#files = files
    this.#logger = logger
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

  async list(path: string): Promise<DirectoryEntry[]> {
    const entries = await this.#files.readdir(path, { withFileTypes: true })
    return entries.map((entry) => ({
      name: entry.name,
      kind: entry.isSymbolicLink() ? 'link' : kindOf(entry),
    }))
  }

  async syncDirectory(path: string): Promise<void> {
    await using directory = await this.#files.open(path, 'r')
    try {
      await directory.sync()
    } catch (error) {
      if (!NO_SUCH_THING.has(codeOf(error) ?? '')) throw error
      if (!this.#told) this.#logger?.warn({ err: error, directory: path }, UNSYNCABLE)
      this.#told = true
    }
  }
}

/** What file systems answer that know no sync of a directory, such as some over the network or in user space. */
const NO_SUCH_THING: ReadonlySet<string> = new Set([
  'EINVAL',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EPERM',
  'EBADF',
  'EISDIR',
])
const UNSYNCABLE =
  'This file system cannot sync directories: a power cut may take back the newest files and positions'

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

function toFileStat(stats: Stats): FileStat {
  return {
    kind: kindOf(stats),
    size: stats.size,
    modifiedMs: stats.mtimeMs,
    inode: stats.ino,
    device: stats.dev,
  }
}

function kindOf(entry: Pick<Stats, 'isFile' | 'isDirectory'>): FileKind {
  if (entry.isFile()) return 'file'
  return entry.isDirectory() ? 'directory' : 'other'
}
