import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StopObservation } from '../observations.ts'
import { messageOf } from '../../reference/errors.ts'
import { UsageError } from '../../reference/usage-error.ts'
import type { SubjectDefinition } from './subject.ts'

/** A subject that runs. Its standard output and error go to files, so that it never waits for the testbed. */
export class SubjectProcess implements AsyncDisposable {
  readonly pid: number
  readonly #child: ChildProcess
  readonly #name: string

  private constructor(name: string, child: ChildProcess, pid: number) {
    this.#name = name
    this.#child = child
    this.pid = pid
  }

  /**
   * Starts the subject and waits until it is ready.
   * @param logDir where `stdout.log` and `stderr.log` are written.
   * @throws UsageError when it cannot be started, ends at once, or is not ready within 30 s.
   */
  static async start(definition: SubjectDefinition, logDir: string): Promise<SubjectProcess> {
    const [stdout, stderr] = [await open(stdoutFile(logDir), 'w'), await open(stderrFile(logDir), 'w')]
    try {
      const [command = '', ...args] = definition.command
      const child = spawn(command, args, {
        cwd: definition.workingDirectory,
        env: { ...process.env, PATH: pathWithOwnNode(), ...definition.env },
        stdio: ['ignore', stdout.fd, stderr.fd],
      })
      await once(child, 'spawn').catch((error: unknown) => {
        throw new UsageError(`Cannot start subject ${definition.name}: ${messageOf(error)}`)
      })
      const subject = new SubjectProcess(definition.name, child, child.pid ?? 0)
      if (definition.ready !== null) await subject.#untilReady(definition.ready, logDir)
      return subject
    } finally {
      await Promise.all([stdout.close(), stderr.close()])
    }
  }

  /** A sentence when it has ended although nobody asked it to. */
  get ended(): string | null {
    if (!this.#hasEnded()) return null
    return `${this.#name} ended by itself: ${this.#child.signalCode ?? `exit status ${this.#child.exitCode}`}`
  }

  /** Asks it to end, waits at most 15 s, then kills it. Idempotent. */
  async stop(): Promise<StopObservation> {
    if (this.#hasEnded()) return { seconds: 0, exitCode: this.#child.exitCode }
    const started = performance.now()
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS)
    await ended
    clearTimeout(kill)
    return { seconds: (performance.now() - started) / 1000, exitCode: this.#child.exitCode }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  async #untilReady(ready: RegExp, logDir: string): Promise<void> {
    const deadline = performance.now() + READY_LIMIT_MS
    while (!(await printed(ready, logDir))) {
      const problem =
        this.ended ?? (performance.now() > deadline ? `${ready} was not printed within 30 s` : null)
      if (problem !== null) {
        await this.stop()
        throw new UsageError(`Cannot use subject ${this.#name}: ${problem}${await lastWords(logDir)}`)
      }
      await sleep(READY_POLL_MS)
    }
  }
}

/** Where a subject's standard output goes. */
export function stdoutFile(logDir: string): string {
  return path.join(logDir, 'stdout.log')
}

function stderrFile(logDir: string): string {
  return path.join(logDir, 'stderr.log')
}

/** What the subject said last on standard error, as the rest of a sentence. */
export async function lastWords(logDir: string): Promise<string> {
  const words = (await readFile(stderrFile(logDir), 'utf8')).trim().split('\n').slice(-LAST_LINES).join(' | ')
  return words === '' ? '' : `; it said: ${words}`
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

const STOP_LIMIT_MS = 15_000
const READY_LIMIT_MS = 30_000
const READY_POLL_MS = 100
const LAST_LINES = 5
