import { createServer, type Server, type Socket } from 'node:net'
import { boundAddress, listenOn, type ListenAddress } from '../../real-time/listen-on.ts'
import { RealTimeHost } from '../../real-time/real-time-host.ts'
import type { Host } from '../../world/host.ts'
import { RequestReader } from '../http/request-reader.ts'
import { ownAnswer } from './own-answer.ts'
import { RecordedAnswers } from '../recording/recorded-answers.ts'
import type { RecordedExchange, Recording } from '../recording/recording-reader.ts'

/** An engine that answers as was recorded: the same bytes, each as long after its request as it was then, ended as it was. It needs nothing else. */
export class ReplayServer implements AsyncDisposable {
  /** `unix:///path` or `tcp://127.0.0.1:port`. */
  readonly address: string
  readonly #server: Server
  readonly #host = new RealTimeHost(1)
  readonly #clients = new Set<Socket>()

  /** Resolves once it answers. @throws Error when the address is in use or cannot be had */
  static async listen(recording: Recording, listen: ListenAddress): Promise<ReplayServer> {
    const server = createServer()
    await listenOn(server, listen)
    return new ReplayServer(server, recording, boundAddress(server, listen))
  }

  private constructor(server: Server, recording: Recording, at: ListenAddress) {
    this.address = 'port' in at ? `tcp://127.0.0.1:${at.port}` : `unix://${at.socketPath}`
    this.#server = server
    const answers = new RecordedAnswers(recording)
    server.on('connection', (socket) => {
      this.#clients.add(socket)
      socket.on('error', () => undefined).on('close', () => this.#clients.delete(socket))
      new ReplayConnection(socket, answers, this.#host).start()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#host[Symbol.dispose]()
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
    })
    for (const client of this.#clients) client.destroy()
    await closed
  }
}

class ReplayConnection {
  readonly #socket: Socket
  readonly #answers: RecordedAnswers
  readonly #host: Host
  readonly #requests = new RequestReader()
  #isAnswering = false

  constructor(socket: Socket, answers: RecordedAnswers, host: Host) {
    this.#socket = socket
    this.#answers = answers
    this.#host = host
  }

  start(): void {
    this.#socket.on('data', (bytes: Buffer) => {
      this.#requests.add(bytes)
      this.#advance()
    })
  }

  #advance(): void {
    if (!this.#requests.bodyOver) this.#requests.takeBody()
    if (this.#isAnswering || !this.#requests.bodyOver) return
    const request = this.#requests.nextRequest()
    if (request === null) return
    if (request === 'foreign') return void this.#socket.destroy()
    this.#isAnswering = true
    const { method, target } = request.head
    const exchange = this.#answers.next({ method, target })
    if (exchange === null) this.#refuse(`${method} ${target}`)
    else this.#play(exchange, this.#host.clock.monotonic(), 0)
    this.#advance()
  }

  #refuse(request: string): void {
    const body = `${JSON.stringify({ message: `Not in the recording: ${request}` })}\n`
    this.#socket.write(ownAnswer({ status: 404, body }, false))
    this.#isAnswering = false
  }

  /** Sends what is due, and waits for the rest. */
  #play(exchange: RecordedExchange, beganAt: number, from: number): void {
    const { sent, end } = exchange
    const elapsed = (): number => this.#host.clock.monotonic() - beganAt
    let next = from
    while (next < sent.length && sent[next]!.afterMs <= elapsed()) this.#send(sent[next++]!.bytes)
    if (this.#socket.destroyed) return
    const due = next < sent.length ? sent[next]! : end
    if (due === null) return
    if (next === sent.length && due.afterMs <= elapsed()) return this.#end(end!.how)
    this.#host.schedule(Math.max(0, due.afterMs - elapsed()), 'replay', () =>
      this.#play(exchange, beganAt, next),
    )
  }

  #send(bytes: Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(bytes)
  }

  #end(how: NonNullable<RecordedExchange['end']>['how']): void {
    if (how === 'cut' || how === 'broken') return this.#socket.destroySoon()
    this.#isAnswering = false
    this.#advance()
  }
}
