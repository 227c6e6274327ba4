import type {
  DirectoryEntry,
  FileHandle,
  FileStat,
  FileSystem,
  OpenFlags,
} from '../../reference/ports/index.ts'
import type { SeededRandom } from '../seeded-random.ts'
import type { VirtualProcess } from '../virtual-process.ts'
import type { World } from '../world.ts'
import type { CrashKind } from './crash-kind.ts'
import { FileFaults, type FileFault, type FileFaultScope } from './file-system-fault.ts'
import { ProcessFileSystem } from './process-file-system.ts'
import { SimulatedDisk } from './simulated-disk.ts'

export interface SimulatedFileSystemOptions {
  /** Virtual milliseconds an operation takes, drawn between the two. Default 0.02 to 1. */
  readonly latency?: { readonly minMs: number; readonly maxMs: number }
  /** Files a process may have open: opening more fails with EMFILE. Default 1024. */
  readonly descriptorLimit?: number
  /** Whether a new file gets the number of one that is gone, as on ext4. Default false; not together with power cuts, which may bring files back. */
  readonly reusesInodes?: boolean
}

export interface FileSystemCrash {
  readonly kind: CrashKind
  /** The processes that die. Default all, the test's own operations and open files among them; with a power cut it is always all. */
  readonly processes?: readonly VirtualProcess[]
}

/** Told about every write: where it went, and what was written (valid only during the call). */
export type AppendListener = (path: string, offset: number, bytes: Uint8Array) => void

/**
 * The file system of a machine of the virtual world: a disk, what goes wrong with it, and the processes that use it. It is a `FileSystem` itself, for who is
 * no process, such as a test. Open files are entries of kind `file` in the ledger, operations under way of kind `call`.
 */
export class SimulatedFileSystem implements FileSystem {
  /** The files themselves, for tests to look at and prepare without latency. */
  readonly disk: SimulatedDisk
  readonly descriptorLimit: number
  /** Is called before a path is looked at, with it. */
  beforeLook: (path: string) => void = () => {}
  /** For processes. */
  readonly random: SeededRandom
  /** For processes. */
  readonly faults: FileFaults
  readonly #world: World
  readonly #latency: { readonly minMs: number; readonly maxMs: number }
  readonly #appendListeners = new Set<AppendListener>()
  readonly #outside: ProcessFileSystem
  readonly #processes = new Map<VirtualProcess, ProcessFileSystem>()

  constructor(world: World, options: SimulatedFileSystemOptions = {}) {
    this.#world = world
    this.random = world.random.fork('file system')
    this.faults = new FileFaults(this.random)
    this.disk = new SimulatedDisk({
      now: () => world.clock.now(),
      reusesInodes: options.reusesInodes ?? false,
    })
    this.#latency = options.latency ?? { minMs: 0.02, maxMs: 1 }
    this.descriptorLimit = options.descriptorLimit ?? 1024
    this.#outside = new ProcessFileSystem(this, world)
  }

  /** The same files for a process, whose open files end with it. */
  forProcess(process: VirtualProcess): FileSystem {
    const files = new ProcessFileSystem(this, process)
    this.#processes.set(process, files)
    process.onDeath(() => this.#processes.delete(process))
    return files
  }

  open(path: string, flags: OpenFlags): Promise<FileHandle> {
    return this.#outside.open(path, flags)
  }

  mkdir(path: string): Promise<void> {
    return this.#outside.mkdir(path)
  }

  rename(from: string, to: string): Promise<void> {
    return this.#outside.rename(from, to)
  }

  unlink(path: string): Promise<void> {
    return this.#outside.unlink(path)
  }

  stat(path: string): Promise<FileStat> {
    return this.#outside.stat(path)
  }

  readdir(path: string): Promise<string[]> {
    return this.#outside.readdir(path)
  }

  list(path: string): Promise<DirectoryEntry[]> {
    return this.#outside.list(path)
  }

  syncDirectory(path: string): Promise<void> {
    return this.#outside.syncDirectory(path)
  }

  /** Lets something go wrong from now on. Dispose to end it; what hangs then goes on with the next attempt. */
  disturb(fault: FileFault, scope: FileFaultScope = {}): Disposable {
    return this.faults.add(fault, scope)
  }

  /** Ends every fault. */
  calm(): void {
    this.faults.clear()
  }

  /**
   * What a crash does to files. Operations under way take effect or do not, which the seed decides, and stay pending for ever; open files are closed by
   * the kernel: calls on their handles fail with `EBADF`. After a power cut {@link SimulatedDisk} says what is left.
   * `World.crash` does this, and ends all else that the processes hold.
   */
  crash({ kind, processes }: FileSystemCrash): void {
    const everyone = kind === 'power' || processes === undefined
    for (const process of everyone ? this.#processes.keys() : processes) this.#processes.get(process)?.crash()
    if (everyone) this.#outside.crash()
    if (kind === 'power') this.disk.losePower(this.random)
  }

  /** Calls back with every write from now on, when it takes effect. */
  onAppend(listener: AppendListener): Disposable {
    this.#appendListeners.add(listener)
    return { [Symbol.dispose]: () => void this.#appendListeners.delete(listener) }
  }

  /** What a file holds now; empty if there is none. Without latency. A view, valid until the file changes. */
  contents(path: string): Uint8Array {
    const node = this.disk.find(path)
    return node?.kind === 'file' ? node.contents : new Uint8Array()
  }

  /** For processes: virtual milliseconds an operation takes. */
  drawLatency(): number {
    return this.random.between(this.#latency.minMs, this.#latency.maxMs)
  }

  /** For processes: a fault is a crash. */
  crashProcesses(kind: CrashKind): void {
    this.#world.crash({ kind })
  }

  /** For processes. */
  notifyAppend(path: string, offset: number, bytes: Uint8Array): void {
    for (const listener of this.#appendListeners) listener(path, offset, bytes)
  }
}
