import { listenForAbort } from '../../reference/lifecycle/abort-listener.ts'
import {
  JetStreamError,
  type JetStream,
  type JetStreamConnection,
  type JetStreamTarget,
  type OutgoingMessage,
  type PublishAck,
  type StoredMessage,
  type StreamInfo,
  type StreamSettings,
} from '../../reference/ports/jet-stream.ts'
import type { LedgerEntry } from '../world/resource-ledger.ts'
import type { SeededRandom } from '../world/seeded-random.ts'
import type { MortalHost } from '../world/host.ts'
import type { SimulatedJetStream } from './simulated-jet-stream.ts'
import type { KeptMessage } from './simulated-stream.ts'

/** The `JetStream` port of one process in the virtual world. */
export class SimulatedJetStreamClient implements JetStream {
  readonly #process: MortalHost
  readonly #server: SimulatedJetStream
  readonly #random: SeededRandom

  constructor(process: MortalHost, server: SimulatedJetStream) {
    this.#process = process
    this.#server = server
    this.#random = process.random.fork('jetstream client')
  }

  async connect(
    { servers: [server = ''] }: JetStreamTarget,
    { signal }: { signal: AbortSignal },
  ): Promise<JetStreamConnection> {
    signal.throwIfAborted()
    const entry = this.#process.ledger.open('request', `connect to ${server}`)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const stopListening = listenForAbort(signal, () => reject(signal.reason))
    const event = this.#process.schedule(this.#latency() * 4, 'jetstream connect', resolve)
    try {
      await promise
    } finally {
      stopListening()
      event.cancel()
      this.#process.ledger.close(entry)
    }
    if (!this.#server.isUp) throw new JetStreamError('unavailable', 'connection refused')
    if (!this.#server.takesCredentials) throw new JetStreamError('unauthorized', 'Authorization Violation')
    return new Connection(this.#process, this.#server, server, () => this.#latency())
  }

  #latency(): number {
    return this.#random.between(0.1, 3)
  }
}

/** A request that has no answer yet. */
interface Call {
  readonly reject: (error: unknown) => void
}

class Connection implements JetStreamConnection {
  readonly server: string
  readonly maxMessageBytes: number
  readonly #process: MortalHost
  readonly #served: SimulatedJetStream
  readonly #latency: () => number
  readonly #calls = new Set<Call>()
  readonly #entry: LedgerEntry
  readonly #ends = new DisposableStack()
  #open = true

  constructor(process: MortalHost, served: SimulatedJetStream, server: string, latency: () => number) {
    this.server = server
    this.maxMessageBytes = served.maxMessageBytes
    this.#process = process
    this.#served = served
    this.#latency = latency
    this.#entry = process.ledger.open('connection', server)
    this.#ends.use(process.onDeath(() => this.#end(null)))
    this.#ends.use(served.connected({ break: (why) => this.#end(why) }))
  }

  get isOpen(): boolean {
    return this.#open
  }

  async publish(message: OutgoingMessage, options: { signal: AbortSignal }): Promise<PublishAck> {
    if (message.payload.byteLength > this.maxMessageBytes)
      throw new JetStreamError('too_large', 'max_payload size exceeded')
    return await this.#ask(options.signal, MESSAGE, () => {
      const stream = this.#served.streamOf(message.subject)
      if (stream === null) throw noResponders(message.subject)
      return stream.store(message, this.#nowMs)
    })
  }

  async nextMessage(
    { stream, subject, from }: { stream: string; subject: string; from: number },
    { signal }: { signal: AbortSignal },
  ): Promise<StoredMessage | null> {
    return await this.#ask(signal, QUESTION, () => stored(this.#stream(stream).next(subject, from)))
  }

  async lastMessage(
    { stream, subject }: { stream: string; subject: string },
    { signal }: { signal: AbortSignal },
  ): Promise<StoredMessage | null> {
    return await this.#ask(signal, QUESTION, () => stored(this.#stream(stream).last(subject)))
  }

  async streamInfo(name: string, { signal }: { signal: AbortSignal }): Promise<StreamInfo | null> {
    return await this.#ask(signal, QUESTION, () => this.#served.stream(name)?.info ?? null)
  }

  async createStream(settings: StreamSettings, { signal }: { signal: AbortSignal }): Promise<void> {
    await this.#ask(signal, QUESTION, () => {
      if (this.#served.stream(settings.name) === null) this.#served.addStream(settings)
    })
  }

  close(): void {
    this.#end('closed')
  }

  get #nowMs(): number {
    return this.#served.host.clock.monotonic()
  }

  #stream(name: string): NonNullable<ReturnType<SimulatedJetStream['stream']>> {
    const stream = this.#served.stream(name)
    if (stream === null) throw new JetStreamError('no_stream', 'stream not found')
    stream.expire(this.#nowMs)
    return stream
  }

  /**
   * What was sent arrives, also when whoever sent it is dead by then or has closed the connection: it is in the kernel's hands. What comes back reaches
   * only a connection that is open.
   */
  async #ask<T>(signal: AbortSignal, kind: RequestKind, deal: () => T): Promise<T> {
    signal.throwIfAborted()
    if (!this.#open) throw new JetStreamError('unavailable', 'closed connection')
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const entry = this.#process.ledger.open('request', `request to ${this.server}`)
    const call = { reject }
    this.#calls.add(call)
    const stopListening = listenForAbort(signal, () => reject(signal.reason))
    this.#served.host.schedule(this.#latency(), 'jetstream request', () =>
      this.#arrive(kind, deal, resolve, reject),
    )
    try {
      return await promise
    } finally {
      stopListening()
      this.#calls.delete(call)
      this.#process.ledger.close(entry)
    }
  }

  #arrive<T>(
    kind: RequestKind,
    deal: () => T,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
  ): void {
    if (!this.#served.isUp) return
    const order = this.#served.strike(kind === MESSAGE)
    const { fault } = order ?? { fault: null }
    switch (fault?.kind) {
      case 'cut':
        return this.#end('the connection was reset')
      case 'late':
        this.#served.host.schedule(fault.delayMs, 'jetstream late request', () => {
          if (this.#served.isUp) outcomeOf(deal)
        })
        return this.#end('the connection was reset')
      case 'no-responders':
        return this.#answer({ error: noResponders('the subject') }, resolve, reject)
      case 'full':
        return this.#answer({ error: new JetStreamError('full', 'insufficient storage') }, resolve, reject)
      case 'ack-lost':
        outcomeOf(deal)
        return
      case 'cut-after-store':
        outcomeOf(deal)
        return this.#end('the connection was reset')
      case 'hang': {
        const outcome = outcomeOf(deal)
        order!.end.listen(() => this.#answer(outcome, resolve, reject))
        return
      }
      case 'slow':
        return this.#answer(outcomeOf(deal), resolve, reject, fault.delayMs)
      case undefined:
        return this.#answer(outcomeOf(deal), resolve, reject)
    }
  }

  #answer<T>(
    outcome: Outcome<T>,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
    delayMs = 0,
  ): void {
    if (!this.#open) return
    this.#process.schedule(this.#latency() + delayMs, 'jetstream answer', () => {
      if (!this.#open) return
      if ('error' in outcome) reject(outcome.error)
      else resolve(outcome.value)
    })
  }

  /** @param why null when the process is dead: nobody is told */
  #end(why: string | null): void {
    if (!this.#open) return
    this.#open = false
    this.#ends.dispose()
    this.#process.ledger.close(this.#entry)
    if (why === null) return
    for (const { reject } of this.#calls)
      reject(new JetStreamError('unavailable', `connection closed: ${why}`))
  }
}

const MESSAGE = 'message'
const QUESTION = 'question'
type RequestKind = typeof MESSAGE | typeof QUESTION

type Outcome<T> = { readonly value: T } | { readonly error: unknown }

function outcomeOf<T>(deal: () => T): Outcome<T> {
  try {
    return { value: deal() }
  } catch (error) {
    return { error }
  }
}

function stored(kept: KeptMessage | null): StoredMessage | null {
  if (kept === null) return null
  const { sequence, id, headers } = kept
  return { sequence, id, headers: { ...headers, 'Nats-Msg-Id': id } }
}

function noResponders(subject: string): JetStreamError {
  return new JetStreamError('no_responders', `no stream takes ${subject}`)
}
