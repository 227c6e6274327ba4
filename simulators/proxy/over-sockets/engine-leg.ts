import type { Socket } from 'node:net'
import type { Host } from '../../world/host.ts'
import { dial, openedBy, type EngineAddress } from './engine-address.ts'

/** Told what comes from the engine. */
export interface EngineListener {
  engineSent(bytes: Buffer): void
  /** It takes more. */
  engineDrained(): void
  /** Nothing more will come: it ended its side, or broke. Called once. */
  engineGone(how: 'cut' | 'broken'): void
  /** It cannot be reached. Called instead of anything else. */
  engineUnreachable(error: Error): void
}

/** A connection to the engine. Once destroyed its listener hears nothing more. */
export class EngineLeg {
  readonly #socket: Socket
  readonly #listener: EngineListener
  #connected = false
  #told = false

  constructor(address: EngineAddress, host: Host, listener: EngineListener) {
    this.#listener = listener
    const entry = host.ledger.open('connection', `to ${address.text}`)
    this.#socket = dial(address)
    this.#socket
      .on(openedBy(address), () => (this.#connected = true))
      .on('data', (bytes: Buffer) => this.#listener.engineSent(bytes))
      .on('drain', () => this.#listener.engineDrained())
      .on('end', () => this.#gone('cut'))
      .on('error', (error) => this.#failed(error))
      .on('close', () => {
        host.ledger.close(entry)
        this.#gone('broken')
      })
  }

  /** Whether the engine has ended its side, or the connection is gone. */
  get isGone(): boolean {
    return this.#told
  }

  /** @returns false when it takes no more until it has drained */
  write(bytes: Uint8Array): boolean {
    return this.#socket.write(bytes)
  }

  /** Ends this side; what the engine sends still comes. */
  end(): void {
    this.#socket.end()
  }

  destroy(): void {
    this.#told = true
    this.#socket.removeAllListeners('data').removeAllListeners('drain')
    this.#socket.destroy()
  }

  /** Whether what the engine sends is left with it. */
  hold(isHeld: boolean): void {
    if (isHeld === this.#socket.isPaused()) return
    if (isHeld) this.#socket.pause()
    else this.#socket.resume()
  }

  #failed(error: Error): void {
    if (this.#told || this.#connected) return
    this.#told = true
    this.#listener.engineUnreachable(error)
  }

  #gone(how: 'cut' | 'broken'): void {
    if (this.#told) return
    this.#told = true
    this.#listener.engineGone(how)
  }
}
