import {
  JetStreamError,
  type OutgoingMessage,
  type PublishAck,
  type StreamInfo,
  type StreamSettings,
} from '../../reference/ports/jet-stream.ts'

/** A message as a stream keeps it. */
export interface KeptMessage {
  readonly sequence: number
  readonly subject: string
  readonly id: string
  readonly headers: Readonly<Record<string, string>>
  readonly payload: Uint8Array
  /** Virtual milliseconds. */
  readonly atMs: number
  readonly bytes: number
}

export interface SimulatedStreamOptions extends Partial<StreamSettings> {
  readonly name: string
  readonly subjects: readonly string[]
  readonly maxMessageBytes?: number | null
}

/**
 * What one stream of a JetStream server holds, and what it does with a message that comes. As nats-server 2.9.10 does, which was asked: the stream that is
 * expected, then the id within the duplicate window, then the last sequence of the subject, then the bounds.
 */
export class SimulatedStream {
  readonly settings: StreamSettings & { readonly maxMessageBytes: number | null }
  #messages: KeptMessage[] = []
  #lastSequence = 0
  #bytes = 0
  /** Ids that were stored within the duplicate window, oldest first. */
  readonly #ids = new Map<string, { readonly sequence: number; readonly atMs: number }>()

  constructor(options: SimulatedStreamOptions) {
    this.settings = { ...DEFAULTS, ...options }
  }

  get messages(): readonly KeptMessage[] {
    return this.#messages
  }

  get info(): StreamInfo {
    const { subjects, maxMessageBytes } = this.settings
    return { subjects, maxMessageBytes }
  }

  takes(subject: string): boolean {
    return this.settings.subjects.some((pattern) => matches(pattern, subject))
  }

  /** @throws JetStreamError when it is not stored */
  store(message: OutgoingMessage, nowMs: number): PublishAck {
    if (message.stream !== this.settings.name)
      throw new JetStreamError('wrong_stream', 'expected stream does not match')
    this.expire(nowMs)
    const before = this.#ids.get(message.id)
    if (before !== undefined) return { sequence: before.sequence, duplicate: true }
    const last = this.last(message.subject)?.sequence ?? 0
    if (message.expectedLastSubjectSequence !== last)
      throw new JetStreamError('wrong_last_sequence', `wrong last sequence: ${last}`)
    const bytes = message.payload.byteLength + headerBytes(message)
    if (bytes > (this.settings.maxMessageBytes ?? Infinity))
      throw new JetStreamError('too_large', 'message size exceeds maximum allowed')
    this.#makeRoom(bytes)
    return { sequence: this.#keep(message, bytes, nowMs), duplicate: false }
  }

  next(subject: string, from: number): KeptMessage | null {
    return this.#messages.find((kept) => kept.subject === subject && kept.sequence >= from) ?? null
  }

  last(subject: string): KeptMessage | null {
    return this.#messages.findLast((kept) => kept.subject === subject) ?? null
  }

  /** Takes out what is older than the stream keeps anything, and forgets ids that are older than the duplicate window. */
  expire(nowMs: number): void {
    const { maxAgeMs, duplicateWindowMs } = this.settings
    for (const [id, { atMs }] of this.#ids) {
      if (nowMs - atMs < (duplicateWindowMs ?? DUPLICATE_WINDOW_MS)) break
      this.#ids.delete(id)
    }
    if (maxAgeMs === null) return
    while (this.#messages.length > 0 && nowMs - this.#messages[0]!.atMs > maxAgeMs) this.#dropFirst()
  }

  /** Somebody takes all messages out; sequences go on. */
  purge(): void {
    this.#messages = []
    this.#bytes = 0
  }

  /** A server that lost its power has not kept the last messages, though it acknowledged them. */
  loseLast(count: number): void {
    const lost = this.#messages.splice(Math.max(0, this.#messages.length - count))
    for (const { id, bytes } of lost) {
      this.#ids.delete(id)
      this.#bytes -= bytes
    }
    this.#lastSequence = this.#messages.at(-1)?.sequence ?? 0
  }

  #keep({ subject, id, headers, payload }: OutgoingMessage, bytes: number, atMs: number): number {
    const sequence = ++this.#lastSequence
    const copy = payload.slice()
    this.#messages.push({ sequence, subject, id, headers, payload: copy, atMs, bytes })
    this.#bytes += bytes
    this.#ids.set(id, { sequence, atMs })
    return sequence
  }

  #makeRoom(bytes: number): void {
    const { maxBytes, discard } = this.settings
    if (maxBytes === null || this.#bytes + bytes <= maxBytes) return
    if (discard === 'new') throw new JetStreamError('full', 'maximum bytes exceeded')
    while (this.#messages.length > 0 && this.#bytes + bytes > maxBytes) this.#dropFirst()
  }

  #dropFirst(): void {
    this.#bytes -= this.#messages.shift()!.bytes
  }
}

function headerBytes({ id, stream, headers }: OutgoingMessage): number {
  return Object.entries(headers).reduce(
    (sum, [name, value]) => sum + name.length + value.length + 4,
    id.length + stream.length + OWN_HEADERS_BYTES,
  )
}

/** Whether a subject is one of those that a pattern with `*` and `>` stands for. */
export function matches(pattern: string, subject: string): boolean {
  const wanted = pattern.split('.')
  const tokens = subject.split('.')
  for (const [index, token] of wanted.entries()) {
    if (token === '>') return tokens.length > index
    if (index >= tokens.length || (token !== '*' && token !== tokens[index])) return false
  }
  return wanted.length === tokens.length
}

const DUPLICATE_WINDOW_MS = 120_000
/** Names of the headers that every message has, and the numbers in them. */
const OWN_HEADERS_BYTES = 120
const DEFAULTS = {
  storage: 'file',
  replicas: 1,
  maxBytes: null,
  maxAgeMs: null,
  discard: 'old',
  duplicateWindowMs: null,
  maxMessageBytes: null,
} as const
