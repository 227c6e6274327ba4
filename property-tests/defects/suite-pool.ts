import { messageOf } from '../../reference/errors.ts'
import { ProcessPool } from '../processes/process-pool.ts'
import type { SuiteName, SuiteResult } from './suites.ts'

/** What a process of the pool is asked. */
export interface SuiteJob {
  readonly defect: string | null
  readonly suites: readonly SuiteName[]
  /** Checks that are left out, by how their names begin. */
  readonly unchecked: readonly string[]
}

/** Processes that run suites against the sources with a defect put back. Dispose to end them. */
export class SuitePool implements Disposable {
  readonly #pool: ProcessPool<SuiteJob, readonly SuiteResult[]>

  /** @param processes at a time, at least 1 */
  constructor(processes: number) {
    const module = new URL('./suite-process.ts', import.meta.url)
    this.#pool = new ProcessPool(module, { processes, timeoutMs: TIMEOUT_MS })
  }

  /**
   * What the suites find with a defect put back, or without one (null).
   * @param options.unchecked checks that are left out, by how their names begin: what do the others see? Default none.
   * @throws Error with what the process said when it did not get to a result, as when a patch does not match or was never loaded
   */
  async run(
    defect: string | null,
    suites: readonly SuiteName[],
    { unchecked = [] }: { readonly unchecked?: readonly string[] } = {},
  ): Promise<readonly SuiteResult[]> {
    try {
      return await this.#pool.ask({ defect, suites, unchecked })
    } catch (error) {
      throw new Error(`The suites with defect ${defect ?? 'none'} did not run: ${messageOf(error)}`, {
        cause: error,
      })
    }
  }

  [Symbol.dispose](): void {
    this.#pool[Symbol.dispose]()
  }
}

const TIMEOUT_MS = 240_000
