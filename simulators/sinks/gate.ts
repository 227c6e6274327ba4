import type { SinkExchange } from './sink-exchange.ts'

/** What hangs waits here until the gate is opened, and is forgotten when its sender goes away. */
export class Gate {
  readonly #waiting = new Set<() => void>()
  #isOpen = false

  /** @returns false when the exchange was over before the gate was opened */
  async pass(exchange: SinkExchange): Promise<boolean> {
    if (!this.#isOpen && !exchange.isOver) await this.#opened(exchange)
    return !exchange.isOver
  }

  open(): void {
    this.#isOpen = true
    for (const go of this.#waiting) go()
  }

  async #opened(exchange: SinkExchange): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.add(resolve)
    using _gone = exchange.onOver(resolve)
    await promise
    this.#waiting.delete(resolve)
  }
}
