import type { Socket } from 'node:net'
import { Hold } from '../../wire/hold.ts'
import { ClientLeg, type ClientListener } from './client-leg.ts'
import type { ContainerDirectory } from './container-directory.ts'
import type { KnownContainer } from '../known-container.ts'
import type { EngineAddress } from './engine-address.ts'
import { EngineLeg, type EngineListener } from './engine-leg.ts'
import { Exchange, type BegunAnswer } from '../exchange.ts'
import type { ExchangeLog } from '../exchange-log.ts'
import { HEAD_BYTES_MAX, RequestReader, type ReadRequest } from '../http/request-reader.ts'
import { HEAD_ALONE, ownAnswer, unreachable } from './own-answer.ts'
import type { AnswerEnd, Outlet, Passage } from '../passage.ts'
import { PlainPassage } from '../plain-passage.ts'
import type { ProxiedEngine } from '../proxied-engine.ts'
import { ReplyPassage } from '../reply-passage.ts'
import { checkRequest, type RequestFate, type RequestWaits } from '../request-check.ts'
import { describeRequest } from '../request-description.ts'

/** What a connection needs of the proxy it belongs to. */
export interface ProxySurroundings {
  readonly engine: ProxiedEngine
  readonly address: EngineAddress
  readonly containers: ContainerDirectory
  readonly log: ExchangeLog
}

/**
 * A client's connection and the engine's that belongs to it. Requests pass one at a time, each byte as it was sent; so do answers, unless something is wrong with
 * them. Where the protocol is another, or becomes another, everything passes. What one end does the other sees: its bytes, its end, its failure.
 *
 *     head --request--> checked --> passing --answer over--> head        any --other protocol--> opaque
 */
export class ProxiedConnection implements ClientListener, EngineListener, Outlet, RequestWaits {
  readonly #number: number
  readonly #around: ProxySurroundings
  readonly #client: ClientLeg
  readonly #requests = new RequestReader()
  readonly #watching: Disposable
  readonly #onDone: () => void
  readonly #waits = new Set<() => void>()
  #phase: 'head' | 'checked' | 'passing' | 'opaque' | 'done' = 'head'
  #leg: EngineLeg | null = null
  /** How the engine's side ended, when it did. */
  #engineEnd: 'cut' | 'broken' | null = null
  #isEngineFull = false
  #hasClientEnded = false
  #exchange: Exchange | null = null

  /**
   * @param number for the record
   * @param onDone called once nothing of it is left
   */
  constructor(socket: Socket, number: number, around: ProxySurroundings, onDone: () => void) {
    const { engine } = around
    this.#number = number
    this.#around = around
    this.#onDone = onDone
    this.#client = new ClientLeg(socket, engine.host, this)
    this.#watching = engine.onAvailability(() => this.#look())
    this.#dial()
  }

  /** Whether the client is there. */
  get isOpen(): boolean {
    return !this.#client.isClosed
  }

  /** Whether the engine is. */
  get hasEngine(): boolean {
    return this.#leg !== null && !this.#leg.isGone
  }

  /** Breaks it on both sides. */
  destroy(): void {
    this.#dropLeg()
    this.#client.destroy()
    this.#exchange?.passage?.engineGone('broken')
  }

  clientSent(bytes: Buffer): void {
    if (this.#phase === 'opaque') return this.#toEngine(bytes)
    this.#requests.add(bytes)
    this.#advance()
  }

  clientDrained(): void {
    this.#look()
  }

  clientEnded(): void {
    this.#hasClientEnded = true
    const isHeld = this.#phase === 'checked' || this.#exchange?.passage?.hangsOnClose === true
    if (isHeld || this.#engineEnd !== null || this.#leg === null) this.#client.destroy()
    else this.#passClientEnd()
  }

  clientClosed(): void {
    this.#tellWaits()
    const passage = this.#exchange?.passage
    if (passage == null) this.#finish()
    else passage.clientGone()
  }

  engineSent(bytes: Buffer): void {
    const exchange = this.#exchange
    if (exchange === null || this.#phase === 'checked') return this.#sendOn(bytes)
    if (exchange.passage !== null) exchange.passage.push(bytes)
    else this.#takeAnswer(exchange, bytes)
    this.#throttle()
  }

  engineDrained(): void {
    this.#isEngineFull = false
    this.#throttle()
  }

  engineGone(how: 'cut' | 'broken'): void {
    this.#engineEnd = how
    const exchange = this.#exchange
    if (exchange?.passage != null) exchange.passage.engineGone(how)
    else if (exchange?.isBegun !== true) this.#engineLeft(how)
    if (this.#hasClientEnded) this.#client.close()
  }

  engineUnreachable(error: Error): void {
    this.#leg = null
    if (this.#phase === 'passing') this.#answer(unreachable(this.#around.address.text, error.message), true)
    else if (this.#phase === 'opaque') this.#client.destroy()
  }

  get isHeld(): boolean {
    return this.#client.isFull || this.#around.engine.availability === 'hung'
  }

  send(bytes: Uint8Array): void {
    this.#sendOn(bytes)
    this.#throttle()
  }

  end(how: AnswerEnd, isWhole: boolean): void {
    const { request } = this.#overWith(how)
    if (!this.isOpen) return this.#finish()
    if (how === 'cut' && this.#phase === 'opaque') return this.#client.end()
    if (!isWhole) this.#dropLeg()
    if (how === 'broken' || how === 'cut') return this.#client.close()
    const isLast = this.#engineEnd !== null || (!isWhole && request.isLast)
    if (isLast && how !== 'kept') this.#client.close()
    else this.#nextRequest()
  }

  async until(isSo: () => boolean): Promise<boolean> {
    while (this.isOpen && !isSo()) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#waits.add(resolve)
      // oxlint-disable-next-line no-await-in-loop -- each change may be the one
      await promise
      this.#waits.delete(resolve)
    }
    return this.isOpen
  }

  async forMs(ms: number): Promise<boolean> {
    let isOver = false
    const timer = this.#around.engine.host.schedule(ms, 'answer late', () => {
      isOver = true
      this.#tellWaits()
    })
    const isThere = await this.until(() => isOver)
    timer.cancel()
    return isThere
  }

  /** Something changed that may let something go on. */
  #look(): void {
    this.#tellWaits()
    this.#exchange?.passage?.pump()
    this.#throttle()
  }

  #tellWaits(): void {
    for (const resolve of this.#waits) resolve()
  }

  #advance(): void {
    if (this.#phase === 'head') this.#readRequest()
    if (this.#phase === 'passing') this.#passBody()
    if (this.#hasClientEnded) this.#passClientEnd()
    this.#throttle()
  }

  #readRequest(): void {
    const read = this.#requests.nextRequest()
    if (read === null) return
    if (read === 'foreign') return this.#becomeOpaque()
    this.#phase = 'checked'
    this.#check(read).catch((error: Error) => this.#around.engine.host.fail(error))
  }

  async #check(read: ReadRequest): Promise<void> {
    const { engine, containers, log } = this.#around
    const { method, target } = read.head
    const about = describeRequest(method, target)
    const exchange = new Exchange(read.head, about, log.begin(this.#number, { method, target }))
    this.#exchange = exchange
    const { operation, reference } = about
    if (operation === 'logs' || (engine.asksContainersOfCalls && reference !== ''))
      exchange.container = containers.identify(reference)
    const fate = await checkRequest(exchange, engine, this)
    if (fate === 'gone' || !this.isOpen) return
    await this.#decide(fate, read)
  }

  async #decide(fate: RequestFate, read: ReadRequest): Promise<void> {
    if (fate === 'gone') return
    if (fate === 'pass') return this.#pass(read)
    if (!(fate instanceof Hold)) return this.#answer(fate, read.head.isLast)
    this.#sendOn(HEAD_ALONE)
    await this.until(() => fate.released)
    this.destroy()
  }

  #pass({ bytes }: ReadRequest): void {
    this.#phase = 'passing'
    this.#toEngine(bytes)
    this.#advance()
  }

  #passBody(): void {
    if (this.#requests.bodyOver) return
    const body = this.#requests.takeBody()
    if (body.length > 0) this.#toEngine(body)
    if (this.#exchange === null) this.#nextRequest()
  }

  /** The answer is over; the request may not be. */
  #nextRequest(): void {
    if (!this.#requests.bodyOver) return
    this.#phase = 'head'
    this.#advance()
  }

  #answer(answer: Parameters<typeof ownAnswer>[0], isLast: boolean): void {
    const isOver = isLast || !this.#requests.bodyOver
    this.#sendOn(ownAnswer(answer, isOver))
    this.#overWith('complete')
    if (isOver) this.#client.close()
    else this.#nextRequest()
  }

  #takeAnswer(exchange: Exchange, bytes: Buffer): void {
    const begun = exchange.add(bytes)
    if (begun === null) return
    if (begun === 'foreign') return this.#passFrom(exchange, exchange.takeAll())
    const { head, headBytes, rest } = begun
    if (head.status === SWITCHING_PROTOCOLS) return this.#passFrom(exchange, Buffer.concat([headBytes, rest]))
    if (head.status < 200) {
      this.#sendOn(headBytes)
      exchange.awaitNext()
      if (rest.length > 0) this.#takeAnswer(exchange, rest)
      return
    }
    // Until the connection ends only this answer can come: what the client sends is for whoever answers.
    if (head.body.kind === 'rest') this.#becomeOpaque()
    this.#beginPassage(exchange, begun).catch((error: Error) => this.#around.engine.host.fail(error))
  }

  /** Everything passes from now on, in both directions. */
  #passFrom(exchange: Exchange, bytes: Buffer): void {
    exchange.passage = new PlainPassage({ kind: 'rest' }, this)
    this.#becomeOpaque()
    exchange.passage.push(bytes)
  }

  async #beginPassage(exchange: Exchange, begun: BegunAnswer): Promise<void> {
    const { operation } = exchange.about
    const isStream = begun.head.status === OK && (operation === 'logs' || operation === 'events')
    const container = isStream ? await exchange.container : null
    if (!this.isOpen) return
    const passage = isStream ? this.#streamPassage(exchange, begun, container) : this.#plain(begun)
    exchange.passage = passage
    passage.pump()
    passage.push(Buffer.concat([begun.rest, exchange.takeAll()]))
    if (this.#engineEnd !== null) passage.engineGone(this.#engineEnd)
    this.#throttle()
  }

  #plain({ head, headBytes }: BegunAnswer): Passage {
    this.#sendOn(headBytes)
    return new PlainPassage(head.body, this)
  }

  #streamPassage(
    { about }: Exchange,
    { head, headBytes }: BegunAnswer,
    container: KnownContainer | null,
  ): Passage {
    const { engine } = this.#around
    const { operation, reference, follow, isLibpod } = about
    const isFramed = isLibpod || head.contentType === FRAMED || container?.tty === false
    // A frame that is slipped in would make it longer than its head says.
    const framed = isFramed && head.body.kind !== 'length'
    const { wire, reply } =
      operation === 'events'
        ? engine.openEvents()
        : engine.openLog(container ?? { id: reference, name: reference }, { framed, follow })
    return new ReplyPassage(headBytes, head.body, wire, reply, this)
  }

  #becomeOpaque(): void {
    this.#phase = 'opaque'
    const bytes = this.#requests.takeAll()
    if (bytes.length > 0) this.#toEngine(bytes)
  }

  #sendOn(bytes: Uint8Array): void {
    this.#exchange?.record.sent(bytes)
    this.#client.send(bytes)
  }

  #toEngine(bytes: Uint8Array): void {
    if (this.#leg === null) this.#dial()
    if (!this.#leg!.write(bytes)) this.#isEngineFull = true
    this.#throttle()
  }

  #passClientEnd(): void {
    if (this.#phase === 'checked') return
    if (this.#phase === 'head') this.#becomeOpaque()
    if (this.#requests.waitingBytes === 0) this.#leg?.end()
  }

  #throttle(): void {
    const isBeingTold = this.#exchange?.isBegun === true && this.#exchange.passage === null
    this.#leg?.hold(this.isHeld || isBeingTold || this.#exchange?.passage?.isFull === true)
    this.#client.hold(this.#isEngineFull || this.#requests.waitingBytes > HEAD_BYTES_MAX)
  }

  /** The engine is gone, and no answer is on its way. */
  #engineLeft(how: 'cut' | 'broken'): void {
    if (this.#phase === 'opaque' && how === 'cut') return this.#client.end()
    if (this.#exchange !== null) this.#sendOn(this.#exchange.takeAll())
    // A request that is kept back will find another connection.
    if (this.#phase === 'checked') this.#dropLeg()
    else this.#client.close()
  }

  #dial(): void {
    this.#engineEnd = null
    this.#isEngineFull = false
    this.#leg = new EngineLeg(this.#around.address, this.#around.engine.host, this)
  }

  #dropLeg(): void {
    this.#leg?.destroy()
    this.#leg = null
    this.#engineEnd = null
  }

  #overWith(how: AnswerEnd): Exchange {
    const exchange = this.#exchange!
    this.#exchange = null
    exchange.record.over(this.isOpen ? how : 'left')
    return exchange
  }

  #finish(): void {
    if (this.#phase === 'done') return
    this.#phase = 'done'
    if (this.#exchange !== null) this.#overWith('broken')
    this.#watching[Symbol.dispose]()
    this.#dropLeg()
    this.#onDone()
  }
}

const OK = 200
const SWITCHING_PROTOCOLS = 101
const FRAMED = 'application/vnd.docker.multiplexed-stream'
