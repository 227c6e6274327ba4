import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { UsageError } from '../../reference/usage-error.ts'
import { answers } from './docker-host.ts'

/** An engine to run phases on. Disposing ends it if it was started for this, and removes everything it kept. */
export interface AvailableEngine extends AsyncDisposable {
  /** Such as `unix:///var/run/docker.sock`. */
  readonly host: string
  /** Nobody else uses it. */
  readonly exclusive: boolean
}

export interface EngineLaunch {
  /** What starts `dockerd` and becomes it. */
  readonly command: readonly string[]
  /** Where it will answer. */
  readonly host: string
  /** Everything it has is in here, its log as `log` too; removed at the end. */
  readonly directory: string
}

/** An engine that was there before, and stays. */
export function foundEngine(host: string): AvailableEngine {
  return { host, exclusive: false, [Symbol.asyncDispose]: () => Promise.resolve() }
}

/** Starts an engine and waits until it answers. @throws UsageError with what it said when it does not */
export async function launchEngine({ command, host, directory }: EngineLaunch): Promise<AvailableEngine> {
  const engine = await launch(command, logIn(directory))
  const dispose = async (): Promise<void> => {
    await end(engine)
    await rm(directory, { recursive: true, force: true })
  }
  const deadline = performance.now() + START_LIMIT_MS
  while (!(await answers(host))) {
    if (engine.exitCode !== null || performance.now() > deadline) {
      const log = await lastLines(logIn(directory))
      await dispose()
      throw new UsageError(`Cannot start a private engine: dockerd said: ${log}`)
    }
    await sleep(POLL_MS)
  }
  return { host, exclusive: true, [Symbol.asyncDispose]: dispose }
}

/**
 * Options of `dockerd` for an engine that keeps to itself: it gets no network, because workloads need none. In debug mode it tells its descriptors
 * and goroutines.
 * @param directory as the engine sees it
 */
export function engineOptions(directory: string): string[] {
  return [
    '--debug',
    `--data-root=${path.join(directory, 'data')}`,
    `--exec-root=${path.join(directory, 'exec')}`,
    `--pidfile=${path.join(directory, 'pid')}`,
    `--host=unix://${path.join(directory, 'docker.sock')}`,
    '--bridge=none',
    '--iptables=false',
    '--ip6tables=false',
  ]
}

/** `detached` keeps Ctrl-C in the terminal from ending the engine before the workloads are removed. */
async function launch(command: readonly string[], logFile: string): Promise<ChildProcess> {
  const [program = '', ...args] = command
  const log = await open(logFile, 'w')
  try {
    return spawn(program, args, { stdio: ['ignore', log.fd, log.fd], detached: true })
  } finally {
    await log.close()
  }
}

async function end(engine: ChildProcess): Promise<void> {
  if (engine.exitCode !== null || engine.signalCode !== null) return
  const ended = once(engine, 'exit')
  engine.kill('SIGTERM')
  const kill = setTimeout(() => engine.kill('SIGKILL'), STOP_LIMIT_MS)
  await ended
  clearTimeout(kill)
}

function logIn(directory: string): string {
  return path.join(directory, 'log')
}

async function lastLines(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).trim().split('\n').slice(-3).join(' | ')
}

const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 20_000
const POLL_MS = 200
