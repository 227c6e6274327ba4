import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Semaphore } from '../../reference/lifecycle/semaphore.ts'
import type { Reply } from './answer-jobs.ts'
import { NEVER } from '../../reference/lifecycle/abort-listener.ts'

export interface ProcessPoolOptions {
  /** At a time, at least 1. */
  readonly processes: number
  /** For one job, milliseconds. */
  readonly timeoutMs: number
}

/**
 * Processes that do jobs, each one after another: starting a process and loading everything costs more than most jobs. Their module calls `answerJobs`.
 * Dispose to end them.
 */
export class ProcessPool<Job extends object, Answer> implements Disposable {
  readonly #module: string
  readonly #timeoutMs: number
  readonly #places: Semaphore
  readonly #idle: ChildProcess[] = []
  readonly #all = new Set<ChildProcess>()

  /** @param module what each process runs */
  constructor(module: URL, { processes, timeoutMs }: ProcessPoolOptions) {
    this.#module = fileURLToPath(module)
    this.#timeoutMs = timeoutMs
    this.#places = new Semaphore(processes)
  }

  /**
   * What a process makes of the job, as soon as one is free.
   * @throws Error with what the process said when it did not get to an answer, or when it ended or took too long
   */
  async ask(job: Job): Promise<Answer> {
    using _ = await this.#places.acquire({ signal: NEVER })
    const child = this.#idle.pop() ?? this.#begin()
    const reply = await this.#replyOf(child, job)
    if (reply === null) {
      this.#end(child)
      throw new Error(`it was not over after ${this.#timeoutMs} ms`)
    }
    this.#idle.push(child)
    if ('error' in reply) throw new Error(reply.error)
    return reply.answer
  }

  [Symbol.dispose](): void {
    for (const child of this.#all) this.#end(child)
  }

  #begin(): ChildProcess {
    const child = fork(this.#module, { execArgv: [] })
    this.#all.add(child)
    return child
  }

  #end(child: ChildProcess): void {
    this.#all.delete(child)
    child.kill('SIGKILL')
  }

  /** Null when it took too long. @throws Error when the process ended */
  async #replyOf(child: ChildProcess, job: Job): Promise<Reply<Answer> | null> {
    const over = new AbortController()
    const { signal } = over
    const timeUp = Promise.withResolvers<null>()
    const timer = setTimeout(() => timeUp.resolve(null), this.#timeoutMs)
    const answered = once(child, 'message', { signal }).then(([reply]): Reply<Answer> => reply)
    const ended = once(child, 'exit', { signal }).then(([status]) => {
      throw new Error(`its process ended with status ${status}`)
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
}
