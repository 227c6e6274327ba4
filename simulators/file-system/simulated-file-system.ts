import { Volume } from 'memfs'
import type { FileHandle, FileStat, FileSystem, OpenFlags } from '../../reference/ports/index.ts'
import type { LedgerEntry } from '../resource-ledger.ts'
import type { SeededRandom } from '../seeded-random.ts'
import type { VirtualProcess } from '../virtual-process.ts'
import type { World } from '../world.ts'
import {
  FileFaults,
  fileError,
  type FileFault,
  type FileFaultScope,
  type FileOperation,
} from './file-system-fault.ts'
import { SimulatedFileHandle } from './simulated-file-handle.ts'

export interface SimulatedFileSystemOptions {
  /** Virtual milliseconds an operation takes, drawn between the two. Default 0.02 to 1. */
  readonly latency?: { readonly minMs: number; readonly maxMs: number }
  /** Open files beyond this fail with EMFILE. Default 1024. */
  readonly descriptorLimit?: number
}

/** What ends processes: a signal, or the machine losing power. */
export type CrashKind = 'kill' | 'power'

/** Told about every write: where it went, and what was written (valid only during the call). */
export type AppendListener = (path: string, offset: number, bytes: Uint8Array) => void

/** Cuts the length of a read or write short when that was ordered. */
export type LengthLimit = (length: number) => number

/**
 * The file system of the virtual world: memfs, where every operation completes as an event after a latency drawn from the seed and takes effect
 * at that moment. Operations started together may complete in any order. Open files are entries of kind `file` in the ledger,
 * operations under way of kind `call`.
 */
export class SimulatedFileSystem implements FileSystem {
  /** The files themselves, for tests to look at and prepare without latency. */
  readonly volume: Volume = new Volume()
  readonly descriptorLimit: number
  readonly #world: World
  readonly #random: SeededRandom
  readonly #latency: { readonly minMs: number; readonly maxMs: number }
  readonly #faults: FileFaults
  readonly #appendListeners = new Set<AppendListener>()

  constructor(world: World, options: SimulatedFileSystemOptions = {}) {
    this.#world = world
    this.#random = world.random.fork('file system')
    this.#latency = options.latency ?? { minMs: 0.02, maxMs: 1 }
    this.#faults = new FileFaults(this.#random)
    this.descriptorLimit = options.descriptorLimit ?? 1024
  }

  open(path: string, flags: OpenFlags): Promise<FileHandle> {
    return this.perform('open', path, () => {
      if (this.#world.ledger.count('file') >= this.descriptorLimit) throw fileError('EMFILE', 'open', path)
      const descriptor = this.volume.openSync(path, flags)
      const entry = this.#world.ledger.open('file', path)
      return new SimulatedFileHandle(this, { volume: this.volume, descriptor, path, flags, entry })
    })
  }

  mkdir(path: string): Promise<void> {
    return this.perform('mkdir', path, () => void this.volume.mkdirSync(path, { recursive: true }))
  }

  rename(from: string, to: string): Promise<void> {
    return this.perform('rename', from, () => this.volume.renameSync(from, to))
  }

  unlink(path: string): Promise<void> {
    return this.perform('unlink', path, () => this.volume.unlinkSync(path))
  }

  stat(path: string): Promise<FileStat> {
    return this.perform('stat', path, () => toFileStat(this.volume.statSync(path)))
  }

  readdir(path: string): Promise<string[]> {
    return this.perform('readdir', path, () => this.volume.readdirSync(path).map(String))
  }

  syncDirectory(path: string): Promise<void> {
    return this.perform('syncDirectory', path, () => void this.volume.readdirSync(path))
  }

  /** The same files for a process. */
  forProcess(_process: VirtualProcess): FileSystem {
    return this
  }

  crash(_options: { kind: CrashKind; processes: readonly VirtualProcess[] }): void {}

  /** Lets something go wrong from now on. Dispose to end it; what hangs then goes on with the next attempt. */
  disturb(fault: FileFault, scope: FileFaultScope = {}): Disposable {
    return this.#faults.add(fault, scope)
  }

  /** Ends every fault. */
  calm(): void {
    this.#faults.clear()
  }

  /** Calls back with every write from now on, when it takes effect. */
  onAppend(listener: AppendListener): Disposable {
    this.#appendListeners.add(listener)
    return { [Symbol.dispose]: () => void this.#appendListeners.delete(listener) }
  }

  /** What a file holds now; empty if there is none. Without latency. */
  contents(path: string): Uint8Array {
    if (!this.volume.existsSync(path)) return new Uint8Array()
    return Buffer.from(this.volume.readFileSync(path))
  }

  /** For handles: runs an operation as an event of the world, subject to the faults ordered. */
  perform<T>(operation: FileOperation, path: string, apply: (limit: LengthLimit) => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const entry = this.#world.ledger.open('call', `${operation} ${path}`)
    const attempt = (delayMs: number, delayed: boolean): void => {
      this.#world.schedule(delayMs, operation, () => {
        const fault = delayed ? null : this.#faults.strike(operation, path)
        if (fault?.kind === 'hang') return attempt(HANG_RETRY_MS, false)
        if (fault?.kind === 'slow') return attempt(fault.delayMs, true)
        this.#world.ledger.close(entry)
        try {
          if (fault?.kind === 'error') throw fileError(fault.code, operation, path)
          resolve(apply(fault?.kind === 'short' ? (length) => this.#shorten(length) : whole))
        } catch (error) {
          reject(error)
        }
      })
    }
    attempt(this.#random.between(this.#latency.minMs, this.#latency.maxMs), false)
    return promise
  }

  /** For handles: a descriptor was given back. */
  release(entry: LedgerEntry): void {
    this.#world.ledger.close(entry)
  }

  /** For handles. */
  notifyAppend(path: string, offset: number, bytes: Uint8Array): void {
    for (const listener of this.#appendListeners) listener(path, offset, bytes)
  }

  #shorten(length: number): number {
    return length > 1 ? this.#random.integer(1, length - 1) : length
  }
}

/** The port's view of what memfs tells about a file. */
export function toFileStat({ size, ino, dev }: { size: number; ino: number; dev: number }): FileStat {
  return { size, inode: ino, device: dev }
}

const whole: LengthLimit = (length) => length

/** How often something that hangs looks whether it may go on. */
const HANG_RETRY_MS = 1000
