import { createInterface } from 'node:readline'
import { PassThrough, Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type Docker from 'dockerode'

export interface LogLine {
  container: string
  /** As Docker stamped it, with nanoseconds. */
  time: string
  text: string
}

export interface LogFollowerOptions {
  docker: Docker
  onLine: (line: LogLine) => void
  /** Streams are opened anew after this time, since old ones have been seen to go silent. */
  rotateAfterMs?: number
  /** Between one stream and the next. */
  pauseMs?: number
}

/** Follows the logs of all running containers. */
export class LogFollower {
  readonly #docker: Docker
  readonly #onLine: (line: LogLine) => void
  readonly #rotateAfterMs: number
  readonly #pauseMs: number
  readonly #stopping = new AbortController()
  #following: Promise<void>[] = []

  constructor({ docker, onLine, rotateAfterMs = 300_000, pauseMs = 1000 }: LogFollowerOptions) {
    this.#docker = docker
    this.#onLine = onLine
    this.#rotateAfterMs = rotateAfterMs
    this.#pauseMs = pauseMs
  }

  async start(): Promise<void> {
    const containers = await this.#docker.listContainers()
    this.#following = containers.map(({ Id }) => this.#follow(this.#docker.getContainer(Id)))
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.#following)
  }

  /** One stream after the other, each from where the last one ended, until the container stops or is gone. */
  async #follow(container: Docker.Container): Promise<void> {
    const { signal } = this.#stopping
    const position = new Position()
    while (!signal.aborted) {
      try {
        await this.#turn(container, position)
        if (!(await container.inspect({ abortSignal: signal })).State.Running) return
      } catch (error) {
        if (isGone(error)) return
      }
      // A Docker that is away is not asked without end.
      await sleep(this.#pauseMs, null, { signal }).catch(() => {})
    }
  }

  /** One stream, until it ends or its time is over. */
  async #turn(container: Docker.Container, position: Position): Promise<void> {
    const rotation = new AbortController()
    const timer = setTimeout(() => rotation.abort(), this.#rotateAfterMs)
    try {
      const signal = AbortSignal.any([this.#stopping.signal, rotation.signal])
      const stream = await openLogs(container, position, signal)
      await this.#read(container.id, stream, position)
    } finally {
      clearTimeout(timer)
    }
  }

  /** Reads until the stream ends or breaks. */
  async #read(container: string, stream: Readable, position: Position): Promise<void> {
    const messages = new PassThrough()
    this.#docker.modem.demuxStream(stream, messages, messages)
    // It tells of neither the end nor an error of what it reads.
    stream.on('close', () => messages.end())
    stream.on('error', () => {})
    for await (const message of createInterface({ input: messages })) {
      const time = message.slice(0, message.indexOf(' '))
      if (position.passes(time)) this.#onLine({ container, time, text: message.slice(time.length + 1) })
    }
  }
}

/** How far a container's log has been read. */
class Position {
  #last = ''

  /** Whether a line is beyond it; then it is there from now on. */
  passes(time: string): boolean {
    if (time <= this.#last) return false
    this.#last = time
    return true
  }

  /** For Docker's `since`: seconds and nanoseconds. */
  get since(): string {
    if (this.#last === '') return '0'
    const nanoseconds = /\.(\d+)Z$/.exec(this.#last)?.[1] ?? '0'
    return `${Math.floor(Date.parse(this.#last) / 1000)}.${nanoseconds}`
  }
}

async function openLogs(
  container: Docker.Container,
  { since }: Position,
  abortSignal: AbortSignal,
): Promise<Readable> {
  const stream = await container.logs({
    follow: true,
    stdout: true,
    stderr: true,
    timestamps: true,
    since,
    abortSignal,
  })
  if (!(stream instanceof Readable)) throw new TypeError('Expected a stream')
  return stream
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'statusCode' in error && error.statusCode === 404
}
