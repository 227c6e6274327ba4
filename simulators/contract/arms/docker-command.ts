import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CommandResult } from '../arm.ts'

/** The docker command, pointed at one engine and free of what the user has set up for it. */
export class DockerCommand {
  readonly #program: string
  readonly #env: NodeJS.ProcessEnv

  /** @param program name or path of the command */
  constructor(program: string, socketPath: string) {
    this.#program = program
    this.#env = {
      PATH: process.env['PATH'],
      DOCKER_HOST: `unix://${socketPath}`,
      // Nothing is there: the command goes by its defaults.
      DOCKER_CONFIG: join(tmpdir(), 'watertight-no-docker-settings'),
      TZ: 'UTC',
    }
  }

  /** Runs it to its end. What it prints is text of one byte a character. */
  run(args: readonly string[]): Promise<CommandResult> {
    const { promise, resolve, reject } = Promise.withResolvers<CommandResult>()
    const options = {
      env: this.#env,
      encoding: 'latin1',
      timeout: TIMEOUT_MS,
      maxBuffer: OUTPUT_BYTES_MAX,
    } as const
    execFile(this.#program, args, options, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') return reject(error)
      return resolve({ status: Number(error?.code ?? 0), stdout, stderr })
    })
    return promise
  }

  /** Starts it. */
  start(args: readonly string[]): ChildProcess {
    return spawn(this.#program, args, { env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] })
  }
}

const TIMEOUT_MS = 30_000
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024
