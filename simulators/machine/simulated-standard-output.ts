import type { Host } from '../world/host.ts'

/** Takes what is written to standard output and keeps it. Each write completes as an event of the host. */
export class SimulatedStandardOutput {
  readonly #host: Pick<Host, 'schedule'>
  readonly #pieces: Uint8Array[] = []
  readonly #waiting: (() => void)[] = []
  #paused = false
  /** Told of each write when it takes effect. */
  onWrite: (bytes: Uint8Array) => void = () => {}

  constructor(host: Pick<Host, 'schedule'>) {
    this.#host = host
  }

  /** The function to plug in as the port. */
  readonly write = (bytes: readonly Uint8Array[]): Promise<void> =>
    new Promise((resolve) => {
      const take = (): void => {
        if (this.#paused) return void this.#waiting.push(take)
        for (const piece of bytes) {
          this.#pieces.push(piece.slice())
          this.onWrite(piece)
        }
        resolve()
      }
      this.#host.schedule(WRITE_MS, 'write standard output', take)
    })

  /** Nobody reads it until what is returned is disposed: writes are taken then, in their order. */
  pause(): Disposable {
    this.#paused = true
    return { [Symbol.dispose]: () => this.#resume() }
  }

  #resume(): void {
    this.#paused = false
    for (const take of this.#waiting.splice(0)) take()
  }

  /** Everything written so far. */
  contents(): Uint8Array {
    return Buffer.concat(this.#pieces)
  }
}

const WRITE_MS = 0.1
