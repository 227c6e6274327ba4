import type { EngineHost } from './engine/engine-host.ts'

/** Takes what is written to standard output and keeps it. Each write completes as an event of the host. */
export class SimulatedStandardOutput {
  readonly #host: Pick<EngineHost, 'schedule'>
  readonly #pieces: Uint8Array[] = []

  constructor(host: Pick<EngineHost, 'schedule'>) {
    this.#host = host
  }

  /** The function to plug in as the port. */
  readonly write = (bytes: readonly Uint8Array[]): Promise<void> =>
    new Promise((resolve) => {
      this.#host.schedule(WRITE_MS, 'write standard output', () => {
        for (const piece of bytes) this.#pieces.push(piece.slice())
        resolve()
      })
    })

  /** Everything written so far. */
  contents(): Uint8Array {
    return Buffer.concat(this.#pieces)
  }
}

const WRITE_MS = 0.1
