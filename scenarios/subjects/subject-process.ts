import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { open, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../reference/errors.ts'
import type { StopObservation } from '../observations.ts'
import { ProcessTree } from '../probes/process-tree.ts'
import { lastWords, stderrFile, stdoutFile } from './last-words.ts'
import type { SubjectDefinition } from './subject.ts'

export interface SubjectLimits {
  /** Descriptors that each of its processes may have, which it cannot raise; default as many as this one. */
  readonly descriptorLimit?: number | undefined
  /** Until it says that it is ready. */
  readonly readyMs: number
  /** Until it has ended once it was told to. */
  readonly stopMs: number
}

/**
 * A subject with every process it has started. Its standard output and error go to files, so that it never waits for the testbed. What is wrong with it
 * is no error of the testbed: it is among its {@link problems}.
 */
export class SubjectProcess implements AsyncDisposable {
  /** What was wrong with it so far, one sentence each, with what it said last. */
  readonly problems: string[] = []
  readonly #definition: SubjectDefinition
  readonly #logDir: string
  readonly #limits: SubjectLimits
  #running: { readonly child: ChildProcess; readonly tree: ProcessTree } | null = null

  #mayEnd = false

  /** @param logDir where `stdout.log` and `stderr.log` are written */
  constructor(definition: SubjectDefinition, logDir: string, limits: Partial<SubjectLimits> = {}) {
    this.#definition = definition
    this.#logDir = logDir
    this.#limits = { ...DEFAULT_LIMITS, ...limits }
  }

  /**
   * Starts it, for the first time or again after its end, and resolves when it is ready or has a problem.
   * @throws the reason of the signal
   */
  async start(signal: AbortSignal): Promise<void> {
    const mark = randomUUID()
    const child = await this.#spawn(mark)
    if (child === null) return
    this.#running = { child, tree: new ProcessTree(child.pid ?? 0, `${MARK}=${mark}`) }
    await this.#untilReady(signal)
  }

  /** Pids of all its processes. */
  async pids(): Promise<number[]> {
    return (await this.#running?.tree.pids()) ?? []
  }

  /** From now on it is no problem when it ends by itself in good order: the containers it follows have ended. */
  mayEnd(): void {
    this.#mayEnd = true
  }

  /** False when it could not be started, or has ended by itself. One whose first process ends and leaves others to work has not ended. */
  async isRunning(): Promise<boolean> {
    if (this.#running === null) return false
    const { child } = this.#running
    if (!hasEnded(child) || (await this.pids()).length > 0) return true
    this.#running = null
    if (this.#mayEnd && child.exitCode === 0) return false
    await this.#hasProblem(`ended by itself: ${child.signalCode ?? `exit status ${child.exitCode}`}`)
    return false
  }

  /**
   * Asks it to end as a service manager does, its first process and then what that has left, and kills what is still there after the limit.
   * Idempotent.
   */
  async stop(): Promise<StopObservation> {
    if (!(await this.isRunning()) || this.#running === null) return { seconds: 0, exitCode: null }
    const { child, tree } = this.#running
    const started = performance.now()
    const deadline = started + this.#limits.stopMs
    child.kill('SIGTERM')
    await until(deadline, () => hasEnded(child))
    if (hasEnded(child)) await tree.signal('SIGTERM')
    if (!(await until(deadline, () => isGone(tree)))) {
      await this.#hasProblem(`did not end within ${this.#limits.stopMs / 1000} s of SIGTERM, and was killed`)
    }
    await this.kill()
    return { seconds: (performance.now() - started) / 1000, exitCode: child.exitCode }
  }

  /** Ends all of it at once. Idempotent. */
  async kill(): Promise<void> {
    if (this.#running === null) return
    const { child, tree } = this.#running
    this.#running = null
    // What is started meanwhile is killed too.
    do await tree.signal('SIGKILL')
    while (!(await until(performance.now() + POLL_MS, () => isGone(tree))))
    await until(Infinity, () => hasEnded(child))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  /** `null` when it cannot be started. In a session of its own, so that Ctrl-C in the terminal does not end it before it was observed. */
  async #spawn(mark: string): Promise<ChildProcess | null> {
    const [command = '', ...args] = this.#commandLine()
    const [stdout, stderr] = [
      await open(stdoutFile(this.#logDir), 'a'),
      await open(stderrFile(this.#logDir), 'a'),
    ]
    try {
      const child = spawn(command, args, {
        cwd: this.#definition.workingDirectory,
        env: { ...process.env, PATH: pathWithOwnNode(), ...this.#definition.env, [MARK]: mark },
        stdio: ['ignore', stdout.fd, stderr.fd],
        detached: true,
      })
      await once(child, 'spawn')
      return child
    } catch (error) {
      await this.#hasProblem(`could not be started: ${messageOf(error)}`)
      return null
    } finally {
      await Promise.all([stdout.close(), stderr.close()])
    }
  }

  /** A shell can lower the limit of what it becomes; a program cannot have that of another set when it starts it. */
  #commandLine(): readonly string[] {
    const { command } = this.#definition
    const { descriptorLimit } = this.#limits
    if (descriptorLimit === undefined) return command
    return ['/bin/sh', '-c', `ulimit -n ${descriptorLimit} && exec "$@"`, 'sh', ...command]
  }

  async #untilReady(signal: AbortSignal): Promise<void> {
    const { ready } = this.#definition
    if (ready === null) return
    const deadline = performance.now() + this.#limits.readyMs
    while (!(await printed(ready, this.#logDir)) && (await this.isRunning())) {
      if (performance.now() > deadline) {
        await this.#hasProblem(`did not print ${ready} within ${this.#limits.readyMs / 1000} s`)
        return
      }
      await sleep(POLL_MS, undefined, { signal })
    }
  }

  async #hasProblem(what: string): Promise<void> {
    const words = await lastWords(this.#logDir, this.#definition.output.from)
    this.problems.push(`${this.#definition.name} ${what}${words}`)
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

async function isGone(tree: ProcessTree): Promise<boolean> {
  return (await tree.pids()).length === 0
}

/** @returns whether it holds, at the latest at the deadline */
async function until(deadline: number, holds: () => boolean | Promise<boolean>): Promise<boolean> {
  for (;;) {
    if (await holds()) return true
    if (performance.now() >= deadline) return false
    await sleep(POLL_MS)
  }
}

async function printed(pattern: RegExp, logDir: string): Promise<boolean> {
  const texts = await Promise.all(
    [stdoutFile(logDir), stderrFile(logDir)].map((file) => readFile(file, 'utf8')),
  )
  return texts.some((text) => pattern.test(text))
}

/** A subject that runs on Node gets the one the testbed runs on. */
function pathWithOwnNode(): string {
  return `${path.dirname(process.execPath)}${path.delimiter}${process.env['PATH'] ?? ''}`
}

/** In the environment of all its processes: by it those are found that lost their parent. */
const MARK = 'WATERTIGHT_SUBJECT'
const DEFAULT_LIMITS: SubjectLimits = { readyMs: 30_000, stopMs: 15_000 }
const POLL_MS = 50
