import type { Host } from '../world/host.ts'
import type { SeededRandom } from '../world/seeded-random.ts'
import type { CrashKind } from './crash-kind.ts'
import { FileFaults } from './file-system-fault.ts'
import { SimulatedDisk } from './simulated-disk.ts'

export interface SimulatedFileSystemOptions {
  /** Virtual milliseconds an operation takes, drawn between the two. Default 0.02 to 1. */
  readonly latency?: { readonly minMs: number; readonly maxMs: number }
  /** Files a process may have open: opening more fails with EMFILE. Default 1024. */
  readonly descriptorLimit?: number
  /** Whether a new file gets the number of one that is gone, as on ext4. Default false; not together with power cuts, which may bring files back. */
  readonly reusesInodes?: boolean
}

/** Told about every write: where it went, and what was written (valid only during the call). */
export type AppendListener = (path: string, offset: number, bytes: Uint8Array) => void

/** What all processes of a machine share of its file system: the disk, what goes wrong with it, and who is told of writes. */
export class SharedFiles {
  readonly disk: SimulatedDisk
  readonly faults: FileFaults
  /** Decides latencies, faults, and what of operations under way a crash leaves. */
  readonly random: SeededRandom
  /** Files a process may have open. */
  readonly descriptorLimit: number
  /** Is called before a path is looked at, with it. */
  beforeLook: (path: string) => void = () => {}
  /** A fault is a crash. */
  onCrash: (kind: CrashKind) => void = () => {}
  readonly #latency: { readonly minMs: number; readonly maxMs: number }
  readonly #appendListeners = new Set<AppendListener>()

  constructor({ random, clock }: Pick<Host, 'random' | 'clock'>, options: SimulatedFileSystemOptions) {
    this.random = random.fork('file system')
    this.faults = new FileFaults(this.random)
    this.disk = new SimulatedDisk({
      now: () => Math.floor(clock.wallTime()),
      reusesInodes: options.reusesInodes ?? false,
    })
    this.#latency = options.latency ?? { minMs: 0.02, maxMs: 1 }
    this.descriptorLimit = options.descriptorLimit ?? 1024
  }

  /** Virtual milliseconds an operation takes. */
  drawLatency(): number {
    return this.random.between(this.#latency.minMs, this.#latency.maxMs)
  }

  /** Calls back with every write from now on, when it takes effect. */
  onAppend(listener: AppendListener): Disposable {
    this.#appendListeners.add(listener)
    return { [Symbol.dispose]: () => void this.#appendListeners.delete(listener) }
  }

  notifyAppend(path: string, offset: number, bytes: Uint8Array): void {
    for (const listener of this.#appendListeners) listener(path, offset, bytes)
  }
}
