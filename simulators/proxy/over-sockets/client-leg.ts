import type { Socket } from 'node:net'
import type { Host } from '../../world/host.ts'

/** Told what a client does. */
export interface ClientListener {
  clientSent(bytes: Buffer): void
  /** It takes more. */
  clientDrained(): void
  /** It ended its side, or is gone: at first that looks the same. */
  clientEnded(): void
  /** The connection is gone. Called once, last. */
  clientClosed(): void
}

/** A client's connection. */
export class ClientLeg {
  readonly #socket: Socket

  constructor(socket: Socket, host: Host, listener: ClientListener) {
    const entry = host.ledger.open('connection', 'of a client')
    this.#socket = socket
    socket
      .on('data', (bytes: Buffer) => listener.clientSent(bytes))
      .on('drain', () => listener.clientDrained())
      .on('end', () => listener.clientEnded())
      // What it means is told by the close that follows.
      .on('error', () => undefined)
      .on('close', () => {
        host.ledger.close(entry)
        listener.clientClosed()
      })
  }

  get isClosed(): boolean {
    return this.#socket.destroyed
  }

  /** Whether it takes no more until it has drained. */
  get isFull(): boolean {
    return this.#socket.writableNeedDrain
  }

  send(bytes: Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(bytes)
  }

  /** Ends this side; what the client sends still comes. */
  end(): void {
    this.#socket.end()
  }

  /** Closes once what was sent is with the kernel. */
  close(): void {
    this.#socket.destroySoon()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** Whether what the client sends is left with it. */
  hold(isHeld: boolean): void {
    if (isHeld === this.#socket.isPaused()) return
    if (isHeld) this.#socket.pause()
    else this.#socket.resume()
  }
}
