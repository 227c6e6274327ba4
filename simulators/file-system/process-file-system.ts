import type {
  DirectoryEntry,
  FileHandle,
  FileStat,
  FileSystem,
  OpenFlags,
} from '../../reference/ports/index.ts'
import type { Host } from '../world/host.ts'
import type { ScheduledEvent } from '../world/event-queue.ts'
import { pagesUntilKilled, suffer, type Portion } from './effect.ts'
import { fileError } from './file-error.ts'
import type { FileOperation } from './file-system-fault.ts'
import type { SharedFiles } from './shared-files.ts'
import { SimulatedFileHandle, toFileStat, type HandleOwner } from './simulated-file-handle.ts'

interface OperationUnderWay {
  readonly operation: FileOperation
  readonly path: string
  readonly apply: (portion: Portion) => unknown
  event: ScheduledEvent | null
}

/**
 * The machine's files as one process has them: its open files and its operations under way. Every operation completes as an event after a latency
 * drawn from the seed and takes effect at that moment. Operations started together may complete in any order.
 */
export class ProcessFileSystem implements FileSystem, HandleOwner {
  readonly #shared: SharedFiles
  readonly #host: Pick<Host, 'ledger' | 'schedule'>
  readonly #handles = new Set<SimulatedFileHandle>()
  readonly #underWay = new Set<OperationUnderWay>()
  /** Another one after each crash. */
  #life = {}

  /** @param host whose ledger and events: a process, or the world itself for who is none, such as a test */
  constructor(shared: SharedFiles, host: Pick<Host, 'ledger' | 'schedule'>) {
    this.#shared = shared
    this.#host = host
  }

  open(path: string, flags: OpenFlags): Promise<FileHandle> {
    return this.perform('open', path, () => {
      if (this.#handles.size >= this.#shared.descriptorLimit) throw fileError('EMFILE', 'open', path)
      const node = this.#shared.disk.open(path, flags)
      this.#shared.disk.hold(node)
      const entry = this.#host.ledger.open('file', path)
      const handle = new SimulatedFileHandle(this, { node, path, flags, entry })
      this.#handles.add(handle)
      return handle
    })
  }

  mkdir(path: string): Promise<void> {
    return this.perform('mkdir', path, () => this.#shared.disk.mkdir(path))
  }

  rename(from: string, to: string): Promise<void> {
    return this.perform('rename', from, () => this.#shared.disk.rename(from, to))
  }

  unlink(path: string): Promise<void> {
    return this.perform('unlink', path, () => this.#shared.disk.unlink(path))
  }

  stat(path: string): Promise<FileStat> {
    return this.perform('stat', path, () => toFileStat(this.#shared.disk.stat(path)))
  }

  readdir(path: string): Promise<string[]> {
    return this.perform('readdir', path, () => this.#shared.disk.readdir(path))
  }

  list(path: string): Promise<DirectoryEntry[]> {
    return this.perform('readdir', path, () => this.#shared.disk.list(path))
  }

  syncDirectory(path: string): Promise<void> {
    return this.perform('syncDirectory', path, () => this.#shared.disk.syncDirectory(path))
  }

  /** For handles: runs an operation as an event, subject to the faults ordered. */
  perform<T>(operation: FileOperation, path: string, apply: (portion: Portion) => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const entry = this.#host.ledger.open('file-operation', `${operation} ${path}`)
    const underWay: OperationUnderWay = { operation, path, apply, event: null }
    const life = this.#life
    this.#underWay.add(underWay)
    const attempt = (delayMs: number, delayed: boolean): void => {
      underWay.event = this.#host.schedule(delayMs, operation, () => {
        const order = delayed ? null : this.#shared.faults.strike(operation, path)
        if (order?.fault.kind === 'hang') return attempt(HANG_RETRY_MS, false)
        if (order?.fault.kind === 'slow') return attempt(order.fault.delayMs, true)
        if (order?.fault.kind === 'crash') return this.#shared.onCrash(order.fault.crash)
        this.#underWay.delete(underWay)
        this.#host.ledger.close(entry)
        try {
          const { portion, failure } = suffer(order, operation, path, this.#shared)
          this.#shared.beforeLook(path)
          const result = apply(portion)
          if (failure !== null) throw failure
          // Whoever looks at writes may have crashed the process at this one.
          if (this.#life === life) resolve(result)
        } catch (error) {
          reject(error)
        }
      })
    }
    attempt(this.#shared.drawLatency(), false)
    return promise
  }

  /** For handles: a descriptor was given back. */
  release(handle: SimulatedFileHandle): void {
    this.#handles.delete(handle)
    this.#shared.disk.release(handle.node)
    this.#host.ledger.close(handle.entry)
  }

  /** For handles. */
  notifyWrite(path: string, position: number, bytes: Uint8Array): void {
    this.#shared.notifyAppend(path, position, bytes)
  }

  /**
   * The process is dead. Each operation under way has reached the kernel or has not, which the seed decides; nobody is told. Open files
   * are closed by the kernel.
   */
  crash(): void {
    this.#life = {}
    for (const underWay of this.#underWay) {
      underWay.event?.cancel()
      if (this.#shared.random.chance(0.5)) this.#takeEffect(underWay)
    }
    this.#underWay.clear()
    for (const handle of this.#handles) {
      handle.die()
      this.#shared.disk.release(handle.node)
      this.#host.ledger.close(handle.entry)
    }
    this.#handles.clear()
  }

  #takeEffect({ operation, path, apply }: OperationUnderWay): void {
    if (this.#shared.faults.strike(operation, path) !== null) return
    try {
      apply(pagesUntilKilled(this.#shared.random))
    } catch {
      // Its error has nobody to go to.
    }
  }
}

/** How often something that hangs looks whether it may go on. */
const HANG_RETRY_MS = 1000
