import type {
  DirectoryEntry,
  FileHandle,
  FileStat,
  FileSystem,
  OpenFlags,
} from '../../../reference/ports/index.ts'

/** A directory that a case of the contract has to itself. Names are relative to it. */
export class Place {
  readonly #files: FileSystem
  readonly #directory: string
  readonly #opened = new Set<FileHandle>()

  constructor(files: FileSystem, directory: string) {
    this.#files = files
    this.#directory = directory
  }

  /** The handle is closed when the case is over, unless the case did it. */
  async open(name: string, flags: OpenFlags): Promise<FileHandle> {
    const handle = await this.#files.open(this.#path(name), flags)
    this.#opened.add(handle)
    return handle
  }

  async close(handle: FileHandle): Promise<void> {
    this.#opened.delete(handle)
    await handle.close()
  }

  /** A new and empty file, open with `a+`. */
  async appendTo(name: string): Promise<FileHandle> {
    await this.put(name, '')
    return await this.open(name, 'a+')
  }

  mkdir(name: string): Promise<void> {
    return this.#files.mkdir(this.#path(name))
  }

  rename(from: string, to: string): Promise<void> {
    return this.#files.rename(this.#path(from), this.#path(to))
  }

  unlink(name: string): Promise<void> {
    return this.#files.unlink(this.#path(name))
  }

  async size(name: string): Promise<number> {
    return (await this.#files.stat(this.#path(name))).size
  }

  async inode(name: string): Promise<number> {
    return (await this.#files.stat(this.#path(name))).inode
  }

  /** Sorted. */
  async list(name = ''): Promise<string[]> {
    return (await this.#files.readdir(this.#path(name))).toSorted()
  }

  stat(name: string): Promise<FileStat> {
    return this.#files.stat(this.#path(name))
  }

  /** Sorted by name. */
  async entries(name = ''): Promise<DirectoryEntry[]> {
    const entries = await this.#files.list(this.#path(name))
    return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  syncDirectory(name = ''): Promise<void> {
    return this.#files.syncDirectory(this.#path(name))
  }

  /** A new file, or new contents of one. */
  async put(name: string, text: string): Promise<void> {
    const file = await this.open(name, 'w')
    await write(file, text)
    await this.close(file)
  }

  async text(name: string): Promise<string> {
    return await textOf(await this.open(name, 'r'))
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#opened].map((handle) => this.close(handle)))
  }

  #path(name: string): string {
    return name === '' ? this.#directory : `${this.#directory}/${name}`
  }
}

/** Bytes are Latin-1. */
export function write(file: FileHandle, ...texts: readonly string[]): Promise<number> {
  return file.write(texts.map((text) => Buffer.from(text, 'latin1')))
}

/** What is read at once. */
export async function textOf(file: FileHandle, position = 0, length = 4096): Promise<string> {
  const buffer = new Uint8Array(length)
  const count = await file.read(buffer, position)
  return Buffer.from(buffer.subarray(0, count)).toString('latin1')
}

/** The code of the error it fails with; `done` when it does not fail. */
export function outcome(operation: Promise<unknown>): Promise<string> {
  return operation.then(
    () => 'done',
    (error: NodeJS.ErrnoException) => error.code ?? String(error),
  )
}
