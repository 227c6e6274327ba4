import type { EngineError } from '../../reference/ports/index.ts'
import { HEADER_BYTES, STDOUT } from '../engine/log-file.ts'
import type { LogReply } from '../engine/log-reply.ts'
import type { StreamSource } from '../engine/simulated-stream.ts'
import { STAMP_BYTES } from '../engine/stamper.ts'

/** Which messages of a reply a client asked for, and in which form. */
export interface LogSelection {
  readonly stdout: boolean
  readonly stderr: boolean
  readonly timestamps: boolean
  /** Stamps: what is older than `since` is left out; what is newer than `until` ends the reply. */
  readonly since: string | null
  readonly until: string | null
  /** Whether `since` is held against each message, or only until one is as new. */
  readonly sinceFiltersEachMessage: boolean
}

/**
 * A reply as the client wants it. Where all is wanted bytes pass through in large pieces; otherwise message by message. A message that a fault
 * cuts short is then not sent until the rest of it comes.
 */
export class SelectedLog implements StreamSource<Uint8Array> {
  onChange: () => void = () => {}
  readonly #reply: LogReply
  readonly #tty: boolean
  readonly #selection: LogSelection
  readonly #close: () => void
  readonly #passThrough: boolean
  #since: string | null
  #pieces: Uint8Array[] = []
  #ended = false

  constructor(reply: LogReply, tty: boolean, selection: LogSelection, close: () => void) {
    const { stdout, stderr, timestamps, since, until } = selection
    this.#reply = reply
    this.#tty = tty
    this.#selection = selection
    this.#close = close
    this.#since = since
    this.#passThrough = stdout && stderr && timestamps && since === null && until === null
    reply.onChange = () => this.onChange()
  }

  get state(): 'ready' | 'waiting' | 'ended' | EngineError {
    return this.#ended ? 'ended' : this.#reply.state
  }

  get hangsOnClose(): boolean {
    return this.#reply.hangsOnClose
  }

  /** May be empty, when nothing of what was read is wanted. */
  take(): Uint8Array {
    return this.#passThrough ? this.#reply.take(PIECE_BYTES_MAX) : this.#takeMessages()
  }

  close(): void {
    this.#close()
  }

  #takeMessages(): Uint8Array {
    const wanted: Uint8Array[] = []
    for (let bytes = 0; bytes < PIECE_BYTES_MAX && this.state === 'ready';) {
      const message = this.#nextMessage()
      if (message === null) continue
      wanted.push(...this.#select(message))
      bytes += message.length
    }
    return Buffer.concat(wanted)
  }

  /** The next whole message as stored, or null when the reply stopped within it. */
  #nextMessage(): Uint8Array | null {
    const missing = this.#reply.messageBytes
    const piece = this.#reply.take(missing)
    this.#pieces.push(piece)
    if (piece.length < missing) return null
    const message = this.#pieces.length === 1 ? piece : Buffer.concat(this.#pieces)
    this.#pieces = []
    return message
  }

  /** The pieces of the message to be sent: none when it is not wanted. */
  #select(message: Uint8Array): Uint8Array[] {
    const header = this.#tty ? 0 : HEADER_BYTES
    const stamp = ASCII.decode(message.subarray(header, header + STAMP_BYTES))
    if (this.#isTooOld(stamp)) return []
    const { stdout, stderr, timestamps, until } = this.#selection
    if (until !== null && stamp > until) {
      this.#ended = true
      return []
    }
    const stream = this.#tty ? STDOUT : message[0]!
    if (stream === STDOUT ? !stdout : !stderr) return []
    if (timestamps) return [message]
    const data = message.subarray(header + STAMP_BYTES + 1)
    return this.#tty ? [data] : [frameHeader(stream, data.length), data]
  }

  #isTooOld(stamp: string): boolean {
    if (this.#since === null) return false
    if (stamp < this.#since) return true
    if (!this.#selection.sinceFiltersEachMessage) this.#since = null
    return false
  }
}

function frameHeader(stream: number, length: number): Uint8Array {
  const header = Buffer.alloc(HEADER_BYTES)
  header[0] = stream
  header.writeUInt32BE(length, 4)
  return header
}

const PIECE_BYTES_MAX = 65_536
const ASCII = new TextDecoder('latin1')
