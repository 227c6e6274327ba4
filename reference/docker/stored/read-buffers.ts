import { Semaphore } from '../../lifecycle/semaphore.ts'

/** Buffers that files are read into: a few for all of them, each somebody's only from a read until what came is taken. */
export class ReadBuffers {
  readonly #turns: Semaphore
  readonly #bytes: number
  /** Made when they are needed. */
  readonly #free: Uint8Array[] = []

  constructor(count: number, bytes: number) {
    this.#turns = new Semaphore(count)
    this.#bytes = bytes
  }

  /** Runs `use` with a buffer that is nobody else's meanwhile. Rejects with `signal.reason` on abort while none is free. */
  async use<T>(options: { signal: AbortSignal }, use: (buffer: Uint8Array) => Promise<T>): Promise<T> {
    using _ = await this.#turns.acquire(options)
    const buffer = this.#free.pop() ?? new Uint8Array(this.#bytes)
    try {
      return await use(buffer)
    } finally {
      this.#free.push(buffer)
    }
  }
}
