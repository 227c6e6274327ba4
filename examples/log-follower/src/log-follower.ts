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
}

/** Follows the logs of all running containers. */
export class LogFollower {
  readonly #docker: Docker
  readonly #onLine: (line: LogLine) => void
  readonly #rotateAfterMs: number
  readonly #stopping = new AbortController()
  #following: Promise<void>[] = []

  constructor({ docker, onLine, rotateAfterMs = 300_000 }: LogFollowerOptions) {
    this.#docker = docker
    this.#onLine = onLine
    this.#rotateAfterMs = rotateAfterMs
  }

  async start(): Promise<void> {
    const containers = await this.#docker.listContainers()
    this.#following = containers.map(({ Id }) => this.#follow(this.#docker.getContainer(Id)))
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.#following)
  }

  /** One stream after the other, each from where the last one ended, until the container stops. */
  async #follow(container: Docker.Container): Promise<void> {
    const { signal } = this.#stopping
    const position = new Position()
    while (!signal.aborted) {
      const stream = await openLogs(container, position)
      const rotation = new AbortController()
      const reading = this.#read(container.id, stream, position)
      const rotated = sleep(this.#rotateAfterMs, false, {
        signal: AbortSignal.any([signal, rotation.signal]),
      })
      const ended = await Promise.race([reading, rotated]).catch(() => false)
      rotation.abort()
      stream.destroy()
      await reading
      if (ended && !(await container.inspect()).State.Running) return
    }
  }

  /** Reads until the stream ends or is destroyed. Gives true in the end. */
  async #read(container: string, stream: Readable, position: Position): Promise<boolean> {
    const messages = new PassThrough()
    this.#docker.modem.demuxStream(stream, messages, messages)
    // It tells of neither the end nor an error of what it reads.
    stream.on('close', () => messages.end())
    stream.on('error', () => {})
    for await (const message of createInterface({ input: messages })) {
      const time = message.slice(0, message.indexOf(' '))
      if (position.passes(time)) this.#onLine({ container, time, text: message.slice(time.length + 1) })
    }
    return true
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

async function openLogs(container: Docker.Container, { since }: Position): Promise<Readable> {
  const stream = await container.logs({ follow: true, stdout: true, stderr: true, timestamps: true, since })
  if (!(stream instanceof Readable)) throw new TypeError('Expected a stream')
  return stream
}
