import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Semaphore } from '../../reference/lifecycle/semaphore.ts'
import type { SuiteName, SuiteResult } from './suites.ts'

/** What a process of the pool is asked. */
export interface SuiteJob {
  readonly defect: string | null
  readonly suites: readonly SuiteName[]
  /** Checks that are left out, by how their names begin. */
  readonly unchecked: readonly string[]
}

/** What it answers. */
export type SuiteAnswer = { readonly results: readonly SuiteResult[] } | { readonly error: string }

/**
 * Processes that run suites against the sources with a defect put back, each one defect after another: starting a process and loading everything costs
 * more than most suites. Dispose to end them.
 */
export class SuitePool implements Disposable {
  readonly #places: Semaphore
  readonly #idle: ChildProcess[] = []
  readonly #all = new Set<ChildProcess>()

  /** @param processes at a time, at least 1 */
  constructor(processes: number) {
    this.#places = new Semaphore(processes)
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
    using _ = await this.#places.acquire({ signal: NEVER })
    const child = this.#idle.pop() ?? this.#begin()
    const answer = await answerOf(child, { defect, suites, unchecked })
    if (answer === null) {
      this.#end(child)
      throw new Error(`The suites with defect ${defect ?? 'none'} were not over after ${TIMEOUT_MS} ms`)
    }
    this.#idle.push(child)
    if ('error' in answer)
      throw new Error(`The suites with defect ${defect ?? 'none'} did not run: ${answer.error}`)
    return answer.results
  }

  [Symbol.dispose](): void {
    for (const child of this.#all) this.#end(child)
  }

  #begin(): ChildProcess {
    const child = fork(fileURLToPath(new URL('./suite-process.ts', import.meta.url)), { execArgv: [] })
    this.#all.add(child)
    return child
  }

  #end(child: ChildProcess): void {
    this.#all.delete(child)
    child.kill('SIGKILL')
  }
}

/** Null when it took too long. @throws Error when the process ended */
async function answerOf(child: ChildProcess, job: SuiteJob): Promise<SuiteAnswer | null> {
  const over = new AbortController()
  const { signal } = over
  const timeUp = Promise.withResolvers<null>()
  const timer = setTimeout(() => timeUp.resolve(null), TIMEOUT_MS)
  const answered = once(child, 'message', { signal }).then(([answer]): SuiteAnswer => answer)
  const ended = once(child, 'exit', { signal }).then(([status]) => {
    throw new Error(
      `The process of the suites with defect ${job.defect ?? 'none'} ended with status ${status}`,
    )
  })
  // Whichever lose are cancelled on the way out.
  answered.catch(() => {})
  ended.catch(() => {})
  child.send(job)
  try {
    return await Promise.race([answered, ended, timeUp.promise])
  } finally {
    clearTimeout(timer)
    over.abort()
  }
}

const NEVER = new AbortController().signal
const TIMEOUT_MS = 240_000
