import type { Diagnostics } from '../../reference/ports/index.ts'
import type { VirtualProcess } from './virtual-process.ts'

/** Of a process of a world: there is nothing to be seen, and it takes its time. */
export class SimulatedDiagnostics implements Diagnostics {
  readonly #process: VirtualProcess

  constructor(process: VirtualProcess) {
    this.#process = process
  }

  async *heapSnapshot(): AsyncIterable<Uint8Array> {
    const encoder = new TextEncoder()
    yield encoder.encode('{"snapshot":{}')
    await this.#elapse(SNAPSHOT_MS, 'heap snapshot')
    yield encoder.encode('}')
  }

  async cpuProfile(ms: number, { signal }: { signal: AbortSignal }): Promise<string> {
    const { promise, reject } = Promise.withResolvers<never>()
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    try {
      signal.throwIfAborted()
      await Promise.race([this.#elapse(ms, 'cpu profile'), promise])
      return '{"nodes":[]}'
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  async #elapse(ms: number, what: string): Promise<void> {
    await new Promise<void>((resolve) => void this.#process.schedule(ms, what, resolve))
  }
}

const SNAPSHOT_MS = 500
