import type { Volume } from 'memfs'
import type { FileHandle, FileStat, OpenFlags } from '../../reference/ports/index.ts'
import type { LedgerEntry } from '../resource-ledger.ts'
import { fileError, type FileOperation } from './file-system-fault.ts'
import { toFileStat, type SimulatedFileSystem } from './simulated-file-system.ts'

/** An open file of the simulated file system. The descriptor is in the world's ledger until `close`. */
export class SimulatedFileHandle implements FileHandle {
  readonly #fileSystem: SimulatedFileSystem
  readonly #volume: Volume
  readonly #descriptor: number
  readonly #path: string
  readonly #appends: boolean
  readonly #entry: LedgerEntry
  #position = 0
  #closed = false

  /** For {@link SimulatedFileSystem.open} only. */
  constructor(
    fileSystem: SimulatedFileSystem,
    opened: {
      volume: Volume
      descriptor: number
      path: string
      flags: OpenFlags
      entry: LedgerEntry
    },
  ) {
    this.#fileSystem = fileSystem
    this.#volume = opened.volume
    this.#descriptor = opened.descriptor
    this.#path = opened.path
    this.#appends = opened.flags === 'a+'
    this.#entry = opened.entry
  }

  read(buffer: Uint8Array, position: number): Promise<number> {
    return this.#perform('read', (limit) =>
      this.#volume.readSync(this.#descriptor, buffer, 0, limit(buffer.length), position),
    )
  }

  write(buffers: readonly Uint8Array[]): Promise<number> {
    return this.#perform('write', (limit) => this.#writeNow(Buffer.concat(buffers), limit))
  }

  truncate(length: number): Promise<void> {
    return this.#perform('truncate', () => {
      this.#volume.ftruncateSync(this.#descriptor, length)
    })
  }

  stat(): Promise<FileStat> {
    return this.#perform('stat', () => toFileStat(this.#volume.fstatSync(this.#descriptor)))
  }

  sync(): Promise<void> {
    return this.#perform('sync', () => {})
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#fileSystem.perform('close', this.#path, () => {
      this.#volume.closeSync(this.#descriptor)
      this.#fileSystem.release(this.#entry)
    })
  }

  #writeNow(bytes: Buffer, limit: (length: number) => number): number {
    const offset = this.#appends ? this.#volume.fstatSync(this.#descriptor).size : this.#position
    const length = limit(bytes.length)
    this.#volume.writeSync(this.#descriptor, bytes, 0, length, offset)
    this.#position = offset + length
    this.#fileSystem.notifyAppend(this.#path, offset, bytes.subarray(0, length))
    return length
  }

  #perform<T>(operation: FileOperation, apply: (limit: (length: number) => number) => T): Promise<T> {
    return this.#fileSystem.perform(operation, this.#path, (limit) => {
      if (this.#closed) throw fileError('EBADF', operation, this.#path)
      return apply(limit)
    })
  }
}
