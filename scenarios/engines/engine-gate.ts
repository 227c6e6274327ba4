import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net'
import { rm } from 'node:fs/promises'
import { WireLines } from '../audit/wire-lines.ts'

/**
 * A socket between a subject and its engine, through which every byte passes unchanged. It knows how many connections the subject has, for how long, and
 * which lines came over them, whatever the subject tells; and it can cut them. The testbed's own connections do not go through it.
 */
export class EngineGate implements AsyncDisposable {
  readonly #engine: NetConnectOpts
  readonly #socketPath: string
  /** The subject's ends, and when they were opened. */
  readonly #open = new Map<Socket, number>()
  /** Which lines went to the subject. */
  readonly lines: WireLines = new WireLines()
  #server: Server | null = null
  #back: NodeJS.Timeout | undefined

  private constructor(engineHost: string, socketPath: string) {
    const url = new URL(engineHost)
    this.#engine =
      url.protocol === 'unix:' ? { path: url.pathname } : { host: url.hostname, port: Number(url.port) }
    this.#socketPath = socketPath
  }

  /**
   * @param engineHost `unix:///path` or `tcp://host:port`
   * @param socketPath where the subject will find the engine
   */
  static async listen(engineHost: string, socketPath: string): Promise<EngineGate> {
    const gate = new EngineGate(engineHost, socketPath)
    await gate.#listen()
    return gate
  }

  /** Such as `unix:///path`. */
  get host(): string {
    return `unix://${this.#socketPath}`
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#open.size
  }

  /** Connections that were open at a moment, in milliseconds of `performance.now`, and still are. */
  openSince(moment: number): number {
    return [...this.#open.values()].filter((openedAt) => openedAt <= moment).length
  }

  /** Breaks every connection. New ones are taken. */
  cut(): void {
    for (const socket of this.#open.keys()) socket.destroy()
  }

  /** Breaks every connection, and refuses new ones for a while, as an engine that is restarted. */
  async goAway(forMs: number): Promise<void> {
    clearTimeout(this.#back)
    await this.#close()
    this.#back = setTimeout(() => void this.#listen(), forMs)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#back)
    await this.#close()
  }

  #listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server = createServer((socket) => this.#pass(socket))
      this.#server.once('error', reject)
      this.#server.listen(this.#socketPath, resolve)
    })
  }

  async #close(): Promise<void> {
    const server = this.#server
    this.#server = null
    if (server !== null) {
      const closed = new Promise((resolve) => server.close(resolve))
      this.cut()
      await closed
    }
    await rm(this.#socketPath, { force: true })
  }

  /** What one end does the other sees: its bytes, its end, its failure. */
  #pass(subject: Socket): void {
    const engine = connect(this.#engine)
    this.#open.set(subject, performance.now())
    subject.on('error', () => engine.destroy())
    engine.on('error', () => subject.destroy())
    subject.on('close', () => {
      this.#open.delete(subject)
      engine.destroy()
    })
    engine.on('data', this.lines.connection())
    subject.pipe(engine)
    engine.pipe(subject)
  }
}
