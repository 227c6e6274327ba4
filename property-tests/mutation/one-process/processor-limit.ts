import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { Worker } from 'node:worker_threads'

/** What the worker is told: a test runs for this mutant and may use so much. `null` when none runs. */
export type Allowance = { readonly mutant: string; readonly microseconds: number } | null

/**
 * Ends the process when a test uses far more of the processor than it did without a mutant. The clock would not do: on a busy machine everything takes long. Nor can
 * this thread watch itself: a loop that never ends leaves it nothing. Stryker then begins a new process and runs the mutant there again, which `wasExceeded` answers.
 */
export class ProcessorLimit {
  readonly #note: string
  readonly #leastMs: number
  readonly #worker: Worker

  /**
   * @param directory where the worker leaves word of the mutant; the same one in the next process
   * @param leastMs what any test may use
   */
  constructor(directory: string, leastMs = LEAST_MS) {
    this.#leastMs = leastMs
    this.#note = path.join(directory, 'exceeded-by')
    this.#worker = new Worker(new URL('./processor-limit-worker.ts', import.meta.url), {
      workerData: this.#note,
    })
    this.#worker.unref()
  }

  /** Whether the process before this one was ended because of the mutant. Told once. */
  wasExceeded(mutant: string): boolean {
    if (!existsSync(this.#note) || readFileSync(this.#note, 'utf8') !== mutant) return false
    rmSync(this.#note)
    return true
  }

  /** @param usualMs what the test uses without a mutant */
  begin(mutant: string, usualMs: number): void {
    this.#tell({ mutant, microseconds: 1000 * (this.#leastMs + FACTOR * usualMs) })
  }

  end(): void {
    this.#tell(null)
  }

  #tell(allowance: Allowance): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
    this.#worker.postMessage(allowance)
  }
}

/** Milliseconds of the processor that the process has used, all its threads together. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

const LEAST_MS = 2000
const FACTOR = 10
