import type { AvailableEngine } from '../docker/engine-process.ts'

/** The Docker engine of all plans of a process, opened when the first of them wants it: Testcontainers keeps to the engine that it was connected to. */
export class SharedEngine implements AsyncDisposable {
  readonly #open: () => Promise<AvailableEngine>
  #engine: Promise<AvailableEngine> | null = null

  constructor(open: () => Promise<AvailableEngine>) {
    this.#open = open
  }

  /** Rejects as the opening did. Whoever gets it does not dispose of it. */
  get(): Promise<AvailableEngine> {
    this.#engine ??= this.#open()
    return this.#engine
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const engine = await this.#engine?.catch(() => null)
    await engine?.[Symbol.asyncDispose]()
  }
}
