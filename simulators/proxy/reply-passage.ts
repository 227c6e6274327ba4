import { EngineError } from '../../reference/ports/index.ts'
import type { Wire } from '../wire/wire.ts'
import { BodyEncoder } from './http/body-encoder.ts'
import type { BodyKind } from './http/body-kind.ts'
import { BodyScanner } from './http/body-scanner.ts'
import type { AnswerEnd, Outlet, Passage } from './passage.ts'
import type { PassedReply } from './passed-reply.ts'

/**
 * The way of an answer whose body is a stream over a wire. While nothing is wrong the bytes pass as they came, chunks and all, up to a place where
 * somebody else could go on: not inside of a frame's header, nor of what stands between chunks. Once something is wrong, the data go over the wire, and what
 * comes out is put into the body where it is. When all is well again, and both are at the same place, bytes pass as they are once more.
 *
 *     bytes --> as they are --------------------> outlet
 *         \-> scanner --> reply --> wire --> encoder -/
 */
export class ReplyPassage implements Passage {
  readonly #wire: Wire
  readonly #reply: PassedReply
  readonly #outlet: Outlet
  readonly #body: BodyKind
  readonly #scanner: BodyScanner
  /** Set while the data go over the wire. */
  #encoder: BodyEncoder | null = null
  #head: Uint8Array | null
  /** Bytes that have come and cannot be passed before what is behind them has come. */
  #unfinished: Buffer = NOTHING
  #gone: 'cut' | 'broken' | null = null
  #isClientGone = false
  #over = false

  /** @param head of the answer, its empty line included */
  constructor(head: Uint8Array, body: BodyKind, wire: Wire, reply: PassedReply, outlet: Outlet) {
    this.#head = head
    this.#body = body
    this.#wire = wire
    this.#reply = reply
    this.#outlet = outlet
    this.#scanner = new BodyScanner(body)
    wire.onChange = () => this.pump()
  }

  get hangsOnClose(): boolean {
    return this.#wire.hangsOnClose
  }

  get isFull(): boolean {
    return this.#reply.available > WAITING_BYTES_MAX
  }

  push(bytes: Buffer): void {
    if (this.#over) return
    if (this.#encoder === null && this.#wire.disturbed) this.#goOverWire()
    const all = this.#unfinished.length === 0 ? bytes : Buffer.concat([this.#unfinished, bytes])
    this.#unfinished = NOTHING
    if (this.#encoder === null) this.#passAsIs(all)
    else this.#passOverWire(all)
    this.pump()
  }

  engineGone(how: 'cut' | 'broken'): void {
    // Whoever closes the connection after a whole answer has left nothing out.
    if (this.#over || this.#gone !== null || this.#scanner.over) return
    this.#gone = how
    if (this.#encoder === null) {
      this.#send(this.#unfinished)
      this.#unfinished = NOTHING
    }
    this.#reply.end()
    this.#reply.onChange()
    this.pump()
  }

  pump(): void {
    if (this.#over) return
    if (this.#isClientGone) return this.#closeUnlessHung()
    if (!this.#wire.delaysHead) this.#sendHead()
    if (this.#encoder === null) {
      if (this.#gone !== null) return this.#finish(this.#gone)
      if (this.#scanner.over) return this.#finish('complete')
      if (this.#wire.disturbed) this.#goOverWire()
    }
    if (this.#encoder !== null) this.#pumpWire(this.#encoder)
  }

  clientGone(): void {
    this.#isClientGone = true
    this.pump()
  }

  #passAsIs(bytes: Buffer): void {
    const safe = this.#scan(bytes)
    this.#sendHead()
    this.#send(safe === bytes.length ? bytes : bytes.subarray(0, safe))
    if (safe < bytes.length) this.#unfinished = bytes.subarray(safe)
  }

  /** @returns how far these bytes can be passed; scanner and frames are there */
  #scan(bytes: Buffer): number {
    const scanner = this.#scanner
    const { frames } = this.#reply
    let [safe, place, left] = [0, scanner.place!, frames.left]
    let at = scanner.skipFraming(bytes, 0)
    for (; at < bytes.length && !scanner.over; at = scanner.skipFraming(bytes, at)) {
      if (frames.headerBytes === 0) [safe, place, left] = [at, scanner.place!, frames.left]
      const passed = Math.min(scanner.left, bytes.length - at)
      frames.pass(bytes, at, at + passed)
      scanner.pass(passed)
      at += passed
      const within = frames.headerBytes
      // A header that began here can be left to come with its rest.
      if (within <= passed && scanner.place !== null) {
        safe = at - within
        place = scanner.place + within
        left = within === 0 ? frames.left : 0
      }
    }
    if (scanner.over) return at
    if (frames.headerBytes === 0 && scanner.place !== null) return bytes.length
    scanner.moveTo(place)
    frames.moveTo(left)
    return safe
  }

  #goOverWire(): void {
    this.#encoder = new BodyEncoder(this.#body, this.#scanner.place ?? 0)
    const unfinished = this.#unfinished
    this.#unfinished = NOTHING
    if (this.#scanner.over) this.#reply.end()
    else this.#passOverWire(unfinished)
  }

  #passOverWire(bytes: Buffer): void {
    const scanner = this.#scanner
    const before = this.#reply.available
    let at = scanner.skipFraming(bytes, 0)
    for (; at < bytes.length && !scanner.over; at = scanner.skipFraming(bytes, at)) {
      const passed = Math.min(scanner.left, bytes.length - at)
      this.#reply.push(bytes.subarray(at, at + passed))
      scanner.pass(passed)
      at += passed
    }
    if (scanner.over) this.#reply.end()
    if (scanner.over || this.#reply.available > before) this.#reply.onChange()
  }

  #pumpWire(encoder: BodyEncoder): void {
    while (!this.#over && !this.#outlet.isHeld) {
      const { state } = this.#wire
      if (state instanceof EngineError) return this.#finish('broken')
      if (state === 'ended') return this.#end(encoder)
      if (state === 'waiting') break
      const piece = this.#wire.take()
      if (piece.length === 0) break
      this.#sendHead()
      this.#send(joined(encoder.encode(piece)))
    }
    if (!this.#over && this.#canPassAsIs(encoder)) this.#encoder = null
  }

  #canPassAsIs({ place }: BodyEncoder): boolean {
    const isEmpty = this.#reply.available === 0 && !this.#scanner.over && this.#gone === null
    return (
      isEmpty &&
      !this.#wire.disturbed &&
      this.#reply.frames.headerBytes === 0 &&
      this.#scanner.place === place
    )
  }

  /** The wire has ended: with the answer, or because it was cut there. */
  #end(encoder: BodyEncoder): void {
    while (encoder.announced > 0 && this.#reply.available > 0) {
      this.#send(joined(encoder.encode(this.#reply.take(encoder.announced))))
    }
    // A chunk that was begun ends as it was announced: only then its body can.
    const isOpen = encoder.announced > 0
    if (isOpen && this.#gone === null && !this.#scanner.over) return
    if (isOpen || (this.#gone !== null && this.#reply.state === 'ended'))
      return this.#finish(this.#gone ?? 'cut')
    this.#sendHead()
    this.#send(joined(encoder.finish()))
    if (this.#body.kind !== 'chunked' && !this.#scanner.over) return this.#finish('cut')
    return this.#finish(this.#wire.staysOpen ? 'kept' : 'complete')
  }

  #finish(how: AnswerEnd): void {
    this.#over = true
    if (how !== 'broken' || !this.#wire.delaysHead) this.#sendHead()
    this.#wire.close()
    this.#outlet.end(how, this.#scanner.over)
  }

  #closeUnlessHung(): void {
    if (!this.#wire.hangsOnClose || this.#gone !== null) this.#finish('broken')
  }

  #sendHead(): void {
    if (this.#head === null) return
    const head = this.#head
    this.#head = null
    this.#send(head)
  }

  #send(bytes: Uint8Array): void {
    if (bytes.length > 0 && !this.#isClientGone) this.#outlet.send(bytes)
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
}

const NOTHING: Buffer = Buffer.alloc(0)
/** What is held back of a stream here, before it is held back at the engine. */
const WAITING_BYTES_MAX = 4 * 1024 * 1024
