import type {
  DirectoryEntry,
  FileHandle,
  FileStat,
  FileSystem,
  OpenFlags,
} from '../../reference/ports/index.ts'
import type { Host, MortalHost } from '../world/host.ts'
import type { CrashKind } from './crash-kind.ts'
import type { FileFault, FileFaultScope } from './file-system-fault.ts'
import { ProcessFileSystem } from './process-file-system.ts'
import { SharedFiles, type AppendListener, type SimulatedFileSystemOptions } from './shared-files.ts'
import type { SimulatedDisk } from './simulated-disk.ts'

export type { AppendListener, SimulatedFileSystemOptions } from './shared-files.ts'

export interface FileSystemCrash {
  readonly kind: CrashKind
  /** The processes that die. Default all, the test's own operations and open files among them; with a power cut it is always all. */
  readonly processes?: readonly MortalHost[]
}

/**
 * The file system of a machine of the virtual world: a disk, what goes wrong with it, and the processes that use it. It is a `FileSystem` itself, for who is
 * no process, such as a test. Open files are entries of kind `file` in the ledger, operations under way of kind `file-operation`.
 */
export class SimulatedFileSystem implements FileSystem {
  readonly #shared: SharedFiles
  readonly #outside: ProcessFileSystem
  readonly #processes = new Map<MortalHost, ProcessFileSystem>()

  /** @param host whose time it is; operations and open files of who is no process are in its ledger */
  constructor(host: Host, options: SimulatedFileSystemOptions = {}) {
    this.#shared = new SharedFiles(host, options)
    this.#shared.onCrash = (kind) => this.crash({ kind })
    this.#outside = new ProcessFileSystem(this.#shared, host)
  }

  /** The files themselves, for tests to look at and prepare without latency. */
  get disk(): SimulatedDisk {
    return this.#shared.disk
  }

  get descriptorLimit(): number {
    return this.#shared.descriptorLimit
  }

  /** Is called before a path is looked at, with it. */
  get beforeLook(): (path: string) => void {
    return this.#shared.beforeLook
  }

  set beforeLook(look: (path: string) => void) {
    this.#shared.beforeLook = look
  }

  /** Is called when a fault is a crash. By default it is a crash of the files of every process, and of nothing else it has. */
  get onCrash(): (kind: CrashKind) => void {
    return this.#shared.onCrash
  }

  set onCrash(crash: (kind: CrashKind) => void) {
    this.#shared.onCrash = crash
  }

  /** The same files for a process, whose open files end with it. */
  forProcess(process: MortalHost): FileSystem {
    const files = new ProcessFileSystem(this.#shared, process)
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
    return this.#shared.faults.add(fault, scope)
  }

  /** Ends every fault. */
  calm(): void {
    this.#shared.faults.clear()
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
    if (kind === 'power') this.disk.losePower(this.#shared.random)
  }

  /** Calls back with every write from now on, when it takes effect. */
  onAppend(listener: AppendListener): Disposable {
    return this.#shared.onAppend(listener)
  }

  /** What a file holds now; empty if there is none. Without latency. A view, valid until the file changes. */
  contents(path: string): Uint8Array {
    const node = this.disk.find(path)
    return node?.kind === 'file' ? node.contents : new Uint8Array()
  }
}
