import { Agent, type AgentOptions, type ClientRequest, type IncomingMessage, request } from 'node:http'
import { Agent as TlsAgent, request as requestOverTls } from 'node:https'
import { isIP } from 'node:net'
import { parseDockerHost, TLS_PORT } from '../../config/docker-host.ts'
import { codeOf } from '../../errors.ts'
import { onAbort } from '../../lifecycle/abort.ts'
import { EngineError } from '../../ports/docker-engine.ts'
import { connectionFailure, notHttp, refusal } from './engine-failure.ts'
import type { EngineTls } from './engine-tls.ts'
import { ResponseStream } from './response-stream.ts'

/**
 * GET requests to an engine, over its socket, TCP or TLS. Every call rejects with an {@link EngineError}, or with `signal.reason` when its signal is
 * aborted; after that nothing of it is left open.
 *
 * Streams and control calls have agents of their own, so that streams can never starve an inspection.
 */
export class EngineClient {
  readonly #host: string
  readonly #request: typeof request
  readonly #streams: Agent
  readonly #control: Agent
  #lifetime = new AbortController()

  /**
   * @param host `unix:///path` or `tcp://host:port`
   * @param tls null speaks plain HTTP
   * @throws Error naming a host that is neither
   */
  constructor(host: string, tls: EngineTls | null) {
    const address = parseDockerHost(host, tls === null ? undefined : TLS_PORT)
    const target = address.kind === 'unix' ? { socketPath: address.path } : address
    // The agent hands `highWaterMark` on to its sockets, and a response takes over its socket's.
    const streams: AgentOptions & { highWaterMark: number } = {
      ...target,
      keepAlive: false,
      highWaterMark: READ_AHEAD_BYTES,
    }
    const control: AgentOptions = {
      ...target,
      keepAlive: true,
      maxSockets: CONTROL_SOCKETS,
      maxFreeSockets: IDLE_CONTROL_SOCKETS,
    }
    this.#host = host
    if (tls === null || address.kind === 'unix') {
      this.#request = request
      this.#streams = new Agent(streams)
      this.#control = new Agent(control)
    } else {
      // Left to Node, the name that is verified would come from the request's header.
      const secure = { ...tls, servername: isIP(address.host) === 0 ? address.host : '' }
      this.#request = requestOverTls
      this.#streams = new TlsAgent({ ...streams, ...secure })
      this.#control = new TlsAgent({ ...control, ...secure })
    }
  }

  /** Open sockets, idle ones included. */
  connections(): number {
    return openSockets(this.#streams) + openSockets(this.#control)
  }

  /**
   * The body of an answer, which the caller owns.
   * @param attempt what is tried, such as `read events`: failures start with it
   */
  async stream(attempt: string, path: string, signal: AbortSignal): Promise<ResponseStream> {
    return await this.#open(this.#streams, attempt, path, signal)
  }

  /** The JSON of an answer, of at most 64 MiB. */
  async json(attempt: string, path: string, signal: AbortSignal): Promise<unknown> {
    const stream = await this.#open(this.#control, attempt, path, signal)
    const { text, whole } = await readUpTo(JSON_BYTES_MAX, stream, signal)
    if (!whole)
      throw new EngineError(
        'protocol',
        `Cannot ${attempt}: the answer is longer than ${JSON_BYTES_MAX} bytes`,
      )
    try {
      return JSON.parse(text)
    } catch (cause) {
      throw new EngineError('protocol', `Cannot ${attempt}: the answer is not JSON`, { cause })
    }
  }

  /** Ends every connection at once; what is under way rejects. Idempotent. A later call connects anew. */
  close(): void {
    const reason = new EngineError('destroyed', `Cannot go on: the connection to ${this.#host} was closed`)
    this.#lifetime.abort(reason)
    this.#lifetime = new AbortController()
    this.#streams.destroy()
    this.#control.destroy()
  }

  async #open(agent: Agent, attempt: string, path: string, signal: AbortSignal): Promise<ResponseStream> {
    const response = await this.#respond(agent, attempt, path, signal)
    const stream = new ResponseStream(response, attempt)
    const status = response.statusCode ?? 0
    if (status === 200) return stream
    const { text, whole } = await readUpTo(WORDS_BYTES_MAX, stream, signal)
    // A control connection went back to its agent at the end of the answer.
    if (agent === this.#streams && whole) stream.destroy()
    throw refusal(attempt, status, text)
  }

  /**
   * A connection that was kept may be closed by the engine in the moment it is used again. Nothing of the request was answered then, and reading
   * twice does no harm: it is repeated once, on a connection that is new.
   */
  async #respond(agent: Agent, attempt: string, path: string, signal: AbortSignal): Promise<IncomingMessage> {
    let stale = false
    try {
      return await this.#ask(agent, attempt, path, signal, (call, error) => (stale = wasStale(call, error)))
    } catch (error) {
      if (!stale) throw error
    }
    // What is closed by an engine that restarts is all of them.
    for (const socket of idleSockets(agent)) socket.destroy()
    return await this.#ask(agent, attempt, path, signal, () => {})
  }

  /** Resolves with the headers. On abort the request's socket is gone when this rejects. */
  async #ask(
    agent: Agent,
    attempt: string,
    path: string,
    signal: AbortSignal,
    failed: (call: ClientRequest, error: Error) => void,
  ): Promise<IncomingMessage> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const call = this.#request({ agent, path, headers: { host: 'docker' } })
    const giveUp = (reason: unknown): void => {
      call.destroy()
      reject(reason)
    }
    const lifetime = this.#lifetime.signal
    using _caller = onAbort(signal, () => giveUp(signal.reason))
    using _lifetime = onAbort(lifetime, () => giveUp(lifetime.reason))
    // Stays for good: an error may come after the response did, and then the response tells it.
    call.on('error', (error) => {
      failed(call, error)
      reject(connectionFailure(attempt, error))
    })
    // Another protocol was not asked for, and nothing would come of waiting for an answer.
    call.on('upgrade', (_response, socket) => {
      socket.destroy()
      giveUp(notHttp(attempt))
    })
    call.on('response', resolve)
    call.end()
    const response = await promise
    signal.throwIfAborted()
    return response
  }
}

function wasStale(call: ClientRequest, error: Error): boolean {
  return call.reusedSocket && ENDED.has(codeOf(error) ?? '')
}

/** The other side ended the connection. */
const ENDED: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE'])

function idleSockets(agent: Agent): { destroyed: boolean; destroy(): void }[] {
  return Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? [])
}

function openSockets(agent: Agent): number {
  const busy = Object.values(agent.sockets).flatMap((sockets) => sockets ?? [])
  return [...busy, ...idleSockets(agent)].filter((socket) => !socket.destroyed).length
}

/**
 * Reads to the end, which gives the connection back to its agent, or to the first piece beyond so many bytes, which destroys the stream: an answer must not
 * fill the memory.
 */
async function readUpTo(
  bytes: number,
  stream: ResponseStream,
  signal: AbortSignal,
): Promise<{ text: string; whole: boolean }> {
  const pieces: Uint8Array[] = []
  let left = bytes
  try {
    for (;;) {
      const piece = await stream.read({ signal })
      if (piece === null) return { text: Buffer.concat(pieces).toString(), whole: true }
      pieces.push(piece)
      left -= piece.byteLength
      if (left < 0) break
    }
  } catch (error) {
    stream.destroy()
    throw error
  }
  stream.destroy()
  return { text: Buffer.concat(pieces).subarray(0, bytes).toString(), whole: false }
}

const READ_AHEAD_BYTES = 256 * 1024
const CONTROL_SOCKETS = 16
const IDLE_CONTROL_SOCKETS = 2
/** A list of ten thousand containers with many labels has a tenth of it. */
const JSON_BYTES_MAX = 64 * 2 ** 20
/** What is read of a refusal. */
const WORDS_BYTES_MAX = 64 * 1024
