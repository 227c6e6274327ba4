import type { EngineError } from '../../reference/ports/index.ts'
import type { Host } from '../world/host.ts'
import type { StreamSource } from '../engine/client/simulated-stream.ts'
import type { ByteReply } from './byte-reply.ts'
import type { WireCondition } from './wire-condition.ts'

/** What is on the wire for a reader: bytes, nothing yet, the end, or a broken connection. */
export type WireState = 'ready' | 'waiting' | 'ended' | EngineError

export interface WireOptions {
  /** For what happens to it by itself. */
  readonly host: Host
  /** Whether the log was opened with follow. */
  readonly follow: boolean
  /** Whether the bytes are cut into frames; not with a TTY. */
  readonly framed: boolean
  /** Called once, when the reader is gone. */
  readonly onClosed: (wire: Wire) => void
}

/**
 * The connection one log travels over, between the engine's reply and whoever serves it: what is wrong on the way happens here, byte by byte,
 * the same in process and over HTTP. Nothing is taken from the reply before it is taken from the wire, so a slow reader falls behind as it does
 * with a real engine.
 */
export class Wire implements StreamSource<Uint8Array> {
  readonly host: Host
  readonly follow: boolean
  readonly framed: boolean
  onChange: () => void = () => {}
  readonly #reply: ByteReply
  readonly #onClosed: (wire: Wire) => void
  #conditions: readonly WireCondition[] = []
  readonly #inserted: Uint8Array[] = []
  #failure: EngineError | null = null
  #cut = false
  #closed = false
  #looksAhead = false
  /** Whether anything is wrong on the way. */
  #disturbed = false
  #taking = false

  constructor(reply: ByteReply, options: WireOptions) {
    this.host = options.host
    this.follow = options.follow
    this.framed = options.framed
    this.#reply = reply
    this.#onClosed = options.onClosed
    reply.onChange = () => this.#replyChanged()
  }

  get state(): WireState {
    if (this.#failure !== null) return this.#failure
    return this.#disturbed ? this.#disturbedState() : this.#reply.state
  }

  get dueMs(): number {
    return this.#disturbed || this.#failure !== null ? Infinity : this.#reply.dueMs
  }

  /** Bytes that {@link take} could return at once. Only in state `ready`. */
  get available(): number {
    return this.#disturbed ? Math.min(this.#allowance(), this.#pending()) : this.#reply.available
  }

  /** Bytes up to the next boundary between two messages; 0 when it is at one. */
  get toBoundary(): number {
    return this.#reply.toBoundary
  }

  /** Whether there are bytes to be sent and none gets through. */
  get isBlocked(): boolean {
    return this.#disturbed && this.#pending() > 0 && this.#allowance() <= 0
  }

  get hangsOnClose(): boolean {
    return this.#conditions.some((condition) => condition.hangsOnClose)
  }

  get staysOpen(): boolean {
    return this.#conditions.some((condition) => condition.staysOpen)
  }

  get delaysHead(): boolean {
    return this.#conditions.some((condition) => condition.delaysHead)
  }

  /** Whether anything is wrong on the way: until then what the reply has passes as it is. */
  get disturbed(): boolean {
    return this.#disturbed || this.#failure !== null
  }

  /** Has {@link onChange} called only for what {@link dueMs} does not say. */
  lookAhead(): void {
    this.#looksAhead = true
    this.#noteDisturbance()
  }

  take(maxBytes: number = PIECE_BYTES_MAX): Uint8Array {
    return this.#disturbed ? this.#takeDisturbed(maxBytes) : this.#reply.take(maxBytes)
  }

  /** The reader is gone. Idempotent. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const condition of this.#conditions) condition.end?.()
    this.#conditions = []
    this.#reply.close()
    this.#onClosed(this)
  }

  /** Something is wrong from now on, until what is returned is disposed. */
  impose(condition: WireCondition): Disposable {
    this.#conditions = [...this.#conditions, condition]
    this.#noteDisturbance()
    condition.arrived?.(this.#pending())
    this.onChange()
    return { [Symbol.dispose]: () => this.#lift(condition) }
  }

  /** These bytes come at the next boundary between two messages. */
  insert(bytes: Uint8Array): void {
    this.#inserted.push(bytes)
    this.#noteDisturbance()
    this.onChange()
  }

  /** Nothing more comes: the reply ends here as if it were complete. */
  cut(): void {
    this.#cut = true
    this.#noteDisturbance()
    this.onChange()
  }

  /** Breaks the connection; what was not taken is gone. */
  fail(error: EngineError): void {
    this.#failure ??= error
    // Whoever is taking looks at the state afterwards, and must not be called before it has what it took.
    if (!this.#taking) this.onChange()
  }

  #disturbedState(): WireState {
    if (this.#pending() > 0) return this.#allowance() > 0 ? 'ready' : 'waiting'
    if (!this.#cut && this.#reply.state === 'waiting') return 'waiting'
    return this.#conditions.some(holdsEnd) ? 'waiting' : 'ended'
  }

  #takeDisturbed(maxBytes: number): Uint8Array {
    const piece = this.#conditions.reduce(
      (least, { pieceBytes = Infinity }) => Math.min(least, pieceBytes),
      maxBytes,
    )
    const bytes = this.#takePending(Math.min(piece, this.available))
    this.#taking = true
    for (const condition of this.#conditions) condition.passed?.(bytes.length)
    this.#taking = false
    return bytes
  }

  #takePending(length: number): Uint8Array {
    const inserted = this.#insertedHere()
    if (inserted === undefined) return this.#reply.take(length)
    this.#inserted.shift()
    if (length < inserted.length) this.#inserted.unshift(inserted.subarray(length))
    this.#noteDisturbance()
    return inserted.subarray(0, length)
  }

  /** Bytes that would be taken next if nothing held them back. */
  #pending(): number {
    const inserted = this.#insertedHere()
    if (inserted !== undefined) return inserted.length
    if (this.#cut || this.#reply.state !== 'ready') return 0
    return this.#inserted.length > 0 ? this.#reply.toBoundary : this.#reply.available
  }

  #insertedHere(): Uint8Array | undefined {
    // Finding the boundary costs a search in the log: only where something waits for it.
    return this.#inserted.length > 0 && this.#reply.toBoundary === 0 ? this.#inserted[0] : undefined
  }

  #allowance(): number {
    return this.#conditions.reduce((least, { allowance = Infinity }) => Math.min(least, allowance), Infinity)
  }

  #lift(condition: WireCondition): void {
    if (!this.#conditions.includes(condition)) return
    this.#conditions = this.#conditions.filter((each) => each !== condition)
    condition.end?.()
    this.#noteDisturbance()
    this.onChange()
  }

  /** While something is wrong on the way the wire has to be told of each message at its time. */
  #noteDisturbance(): void {
    this.#disturbed = this.#conditions.length > 0 || this.#inserted.length > 0 || this.#cut
    this.#reply.lookAhead(this.#looksAhead && !this.#disturbed)
  }

  #replyChanged(): void {
    for (const condition of this.#conditions) condition.arrived?.(this.#pending())
    this.onChange()
  }
}

/** What one read of a socket yields at most. */
export const PIECE_BYTES_MAX = 65_536

/** What may not pass keeps the end behind it from coming. */
function holdsEnd({ holdsEnd: holds = false, allowance = Infinity }: WireCondition): boolean {
  return holds || allowance <= 0
}
