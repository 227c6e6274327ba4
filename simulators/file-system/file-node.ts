import type { SeededRandom } from '../world/seeded-random.ts'
import { afterPowerCut, type FileChange } from './after-power-cut.ts'

/** A file of the simulated disk: its contents as the kernel has them, and what of them is not on the disk yet. */
export class FileNode {
  readonly kind = 'file'
  readonly inode: number
  /** Open files and names that lead to it. */
  links = 0
  readonly #now: () => number
  #modifiedMs: number
  #bytes: Uint8Array = new Uint8Array(INITIAL_BYTES)
  #size = 0
  /** Since the last sync, oldest first. Holds a copy of what was written until then. */
  #unsynced: FileChange[] = []

  /** @param now wall time, milliseconds */
  constructor(inode: number, now: () => number = () => 0) {
    this.inode = inode
    this.#now = now
    this.#modifiedMs = now()
  }

  /** When its contents changed last, milliseconds of wall time. */
  get modifiedMs(): number {
    return this.#modifiedMs
  }

  get size(): number {
    return this.#size
  }

  /** A view of all of it, valid until the file changes. */
  get contents(): Uint8Array {
    return this.#bytes.subarray(0, this.#size)
  }

  /** The number of bytes read; 0 at the end and behind it. */
  read(buffer: Uint8Array, position: number): number {
    const found = this.#bytes.subarray(position, Math.min(position + buffer.byteLength, this.#size))
    buffer.set(found)
    return found.byteLength
  }

  /** What lies between the end and `position` becomes NULs. */
  write(bytes: Uint8Array, position: number): void {
    if (bytes.byteLength === 0) return
    const sizeAfter = Math.max(this.#size, position + bytes.byteLength)
    this.#change({ position, written: bytes.slice(), sizeAfter })
  }

  /** A larger length fills with NULs. */
  truncate(length: number): void {
    if (length !== this.#size) this.#change({ position: length, written: EMPTY, sizeAfter: length })
  }

  sync(): void {
    this.#unsynced = []
  }

  /** The machine loses power: what was not synced is kept, lost or torn. What is left is on the disk. */
  losePower(random: SeededRandom): void {
    if (this.#unsynced.length === 0) return
    const left = afterPowerCut(this.#synced(), this.#unsynced, random)
    this.#bytes = left
    this.#size = left.byteLength
    this.#unsynced = []
  }

  #change({ position, written, sizeAfter }: Omit<FileChange, 'replaced' | 'sizeBefore'>): void {
    const end = sizeAfter < this.#size ? this.#size : position + written.byteLength
    const replaced = this.#bytes.slice(position, Math.min(end, this.#size))
    this.#modifiedMs = this.#now()
    this.#unsynced.push({ position, written, replaced, sizeBefore: this.#size, sizeAfter })
    this.#resize(sizeAfter)
    this.#bytes.set(written, position)
  }

  #resize(size: number): void {
    if (size > this.#bytes.byteLength) {
      const larger = new Uint8Array(Math.max(size, 2 * this.#bytes.byteLength))
      larger.set(this.contents)
      this.#bytes = larger
    }
    // What a truncation left behind must not come back.
    this.#bytes.fill(0, this.#size, size)
    this.#size = size
  }

  /** What the last sync put on the disk. */
  #synced(): Uint8Array {
    const bytes = new Uint8Array(Math.max(this.#size, ...this.#unsynced.map((change) => change.sizeBefore)))
    bytes.set(this.contents)
    for (const change of this.#unsynced.toReversed()) bytes.set(change.replaced, change.position)
    return bytes.subarray(0, this.#unsynced[0]!.sizeBefore)
  }
}

const INITIAL_BYTES = 256
const EMPTY = new Uint8Array()
