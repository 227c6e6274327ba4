import type { FileHandle, FileStat, OpenFlags } from '../../reference/ports/index.ts'
import type { LedgerEntry } from '../world/resource-ledger.ts'
import type { DiskNode } from './directory-node.ts'
import type { Portion } from './effect.ts'
import { fileError } from './file-error.ts'
import type { FileNode } from './file-node.ts'
import type { FileOperation } from './file-system-fault.ts'

/** Who opened a file. */
export interface HandleOwner {
  /** Runs an operation as an event, subject to the faults ordered. */
  perform<T>(operation: FileOperation, path: string, apply: (portion: Portion) => T): Promise<T>
  /** The descriptor was given back. */
  release(handle: SimulatedFileHandle): void
  notifyWrite(path: string, position: number, bytes: Uint8Array): void
}

/** An open file of the simulated file system. The descriptor is in the ledger until `close`. */
export class SimulatedFileHandle implements FileHandle {
  readonly entry: LedgerEntry
  readonly #owner: HandleOwner
  readonly node: DiskNode
  readonly #path: string
  readonly #flags: OpenFlags
  #position = 0
  #closed = false

  /** For the owner only. */
  constructor(
    owner: HandleOwner,
    opened: { node: DiskNode; path: string; flags: OpenFlags; entry: LedgerEntry },
  ) {
    this.#owner = owner
    this.node = opened.node
    this.#path = opened.path
    this.#flags = opened.flags
    this.entry = opened.entry
  }

  read(buffer: Uint8Array, position: number): Promise<number> {
    return this.#perform('read', (portion) => {
      if (!READING.has(this.#flags)) throw fileError('EBADF', 'read', this.#path)
      const node = this.#file('read')
      return node.read(buffer.subarray(0, portion(buffer.byteLength, position)), position)
    })
  }

  write(buffers: readonly Uint8Array[]): Promise<number> {
    return this.#perform('write', (portion) => {
      if (this.#flags === 'r') throw fileError('EBADF', 'write', this.#path)
      const node = this.#file('write')
      const bytes = Buffer.concat(buffers)
      const position = this.#flags === 'a+' ? node.size : this.#position
      const taken = bytes.subarray(0, portion(bytes.byteLength, position))
      node.write(taken, position)
      this.#position = position + taken.byteLength
      this.#owner.notifyWrite(this.#path, position, taken)
      return taken.byteLength
    })
  }

  truncate(length: number): Promise<void> {
    return this.#perform('truncate', () => {
      if (this.#flags === 'r') throw fileError('EINVAL', 'truncate', this.#path)
      this.#file('truncate').truncate(length)
    })
  }

  stat(): Promise<FileStat> {
    return this.#perform('stat', () => toFileStat(this.node))
  }

  sync(): Promise<void> {
    return this.#perform('sync', () => {
      if (this.node.kind === 'file') this.node.sync()
    })
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#owner.perform('close', this.#path, () => this.#owner.release(this))
  }

  /** Its process is dead: the kernel has closed it. */
  die(): void {
    this.#closed = true
  }

  #file(operation: FileOperation): FileNode {
    if (this.node.kind === 'directory') throw fileError('EISDIR', operation, this.#path)
    return this.node
  }

  #perform<T>(operation: FileOperation, apply: (portion: Portion) => T): Promise<T> {
    if (this.#closed) return Promise.reject(fileError('EBADF', operation, this.#path))
    return this.#owner.perform(operation, this.#path, apply)
  }
}

/** The port's view of a file or directory. */
export function toFileStat(node: DiskNode): FileStat {
  const size = node.kind === 'file' ? node.size : DIRECTORY_BYTES
  return { kind: node.kind, size, modifiedMs: node.modifiedMs, inode: node.inode, device: 1 }
}

const READING: ReadonlySet<OpenFlags> = new Set(['r', 'r+', 'a+'])
/** As on ext4. */
const DIRECTORY_BYTES = 4096
