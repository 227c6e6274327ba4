import type { Copier, StoreMessage } from './output-copier.ts'

/**
 * Cuts what a process writes to one stream into messages, as conmon does for Podman: of each read every line is a message, and so is what comes behind
 * the last newline, at once. All messages of a read have its stamp. So the pieces of a line that was written in pieces have stamps of their own.
 */
export class ConmonCopier implements Copier {
  readonly #readBytes: number
  readonly #stamp: () => Uint8Array
  readonly #store: StoreMessage
  #midLine = false

  /** @param readBytes the most that is read at once */
  constructor(readBytes: number, stamp: () => Uint8Array, store: StoreMessage) {
    this.#readBytes = readBytes
    this.#stamp = stamp
    this.#store = store
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += this.#readBytes) {
      this.#storeRead(bytes.subarray(at, at + this.#readBytes))
    }
  }

  /** The stream ended: what lacks a newline is stored already, and what the next process writes goes on with it. */
  end(): void {
    this.#midLine = false
  }

  #storeRead(read: Uint8Array): void {
    const stamp = this.#stamp()
    for (let start = 0; start < read.length;) {
      const newline = read.indexOf(NEWLINE, start)
      const end = newline === -1 ? read.length : newline + 1
      this.#store(stamp, read.subarray(start, end), this.#midLine)
      this.#midLine = newline === -1
      start = end
    }
  }
}

const NEWLINE = 0x0a
