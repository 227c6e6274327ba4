import type { ByteReply } from '../../wire/byte-reply.ts'
import { HEADER_BYTES, STDOUT } from '../log/log-file.ts'
import type { MessageReply } from './message-reply.ts'
import type { EnginePersonality } from '../personality.ts'
import { SYSTEM_ERROR } from '../log/spoilt-record.ts'
import { STAMP_BYTES } from '../log/stamp-format.ts'

/** Which messages of a reply a client asked for, and in which form. */
export interface LogSelection {
  readonly stdout: boolean
  readonly stderr: boolean
  readonly timestamps: boolean
  /** Stamps: what is older than `since` is left out; what is newer than `until` ends the reply. */
  readonly since: string | null
  readonly until: string | null
  /** What stands before the data of each message, attributes as the engine writes them. Default nothing. */
  readonly details?: string
}

/** Every message, with its stamp. */
export const EVERYTHING: LogSelection = {
  stdout: true,
  stderr: true,
  timestamps: true,
  since: null,
  until: null,
}

/** Whether an engine sends this selection of messages as they are stored. */
export function isAsStored(
  { stdout, stderr, timestamps, since, until, details }: LogSelection,
  framed: boolean,
  { cutsStampsToSeconds }: EnginePersonality,
): boolean {
  const isWhole = stdout && stderr && timestamps && since === null && until === null && details === undefined
  return framed && isWhole && !cutsStampsToSeconds
}

/** A reply as the client wants it: message by message, of which some are left out and the others may lose their stamp. */
export class SelectedLog implements ByteReply {
  onChange: () => void = () => {}
  readonly #reply: MessageReply
  readonly #framed: boolean
  readonly #selection: LogSelection
  readonly #personality: EnginePersonality
  #since: string | null
  #batch: Batch = { bytes: new Uint8Array(), ends: [] }
  /** Bytes of the batch that were taken. */
  #taken = 0
  /** Whether everything that was stored at the opening has been read. */
  #caughtUp = false
  #ended = false

  /** @param framed whether each message is sent with its header */
  constructor(reply: MessageReply, framed: boolean, selection: LogSelection, personality: EnginePersonality) {
    this.#reply = reply
    this.#framed = framed
    this.#selection = selection
    this.#since = selection.since
    this.#personality = personality
    reply.onChange = () => this.onChange()
  }

  get state(): 'ready' | 'waiting' | 'ended' {
    if (this.available === 0 && !this.#ended) this.#selectNext()
    if (this.available > 0) return 'ready'
    return this.#ended ? 'ended' : this.#reply.state
  }

  get dueMs(): number {
    return this.#reply.dueMs
  }

  get available(): number {
    return this.#batch.bytes.length - this.#taken
  }

  get toBoundary(): number {
    const end = this.#taken === 0 ? 0 : this.#batch.ends.find((each) => each >= this.#taken)
    return (end ?? this.#taken) - this.#taken
  }

  lookAhead(looksAhead: boolean): void {
    this.#reply.lookAhead(looksAhead)
  }

  take(maxBytes: number): Uint8Array {
    const piece = this.#batch.bytes.subarray(this.#taken, this.#taken + maxBytes)
    this.#taken += piece.length
    return piece
  }

  close(): void {
    this.#reply.close()
  }

  /** Reads on in the log until something is selected, a piece and no more: nothing further is read before this is taken. */
  #selectNext(): void {
    const selected: Uint8Array[] = []
    const ends: number[] = []
    let length = 0
    while (!this.#ended && length < BATCH_BYTES && this.#reply.state === 'ready') {
      const message = this.#selected(this.#reply.take(this.#reply.messageBytes))
      if (message === null) continue
      selected.push(message)
      ends.push((length += message.length))
    }
    this.#caughtUp ||= this.#reply.state === 'waiting'
    this.#batch = { bytes: Buffer.concat(selected), ends }
    this.#taken = 0
  }

  /** The message as it is to be sent, or null when it is not wanted. */
  #selected(message: Uint8Array): Uint8Array | null {
    if (message[0] === SYSTEM_ERROR) return message.subarray(this.#framed ? 0 : HEADER_BYTES)
    if (!this.#isOfItsTime(message)) return null
    const { stdout, stderr, timestamps, details } = this.#selection
    if (message[0] === STDOUT ? !stdout : !stderr) return null
    if (details !== undefined) return this.#withDetails(message, details)
    const { cutsStampsToSeconds } = this.#personality
    const header = this.#framed ? HEADER_BYTES : 0
    if (!timestamps) return withoutPart(message, header, HEADER_BYTES, HEADER_BYTES + STAMP_BYTES + 1)
    if (!cutsStampsToSeconds) return message.subarray(HEADER_BYTES - header)
    const seconds = HEADER_BYTES + SECOND_CHARACTERS
    return withoutPart(message, header, seconds, HEADER_BYTES + STAMP_BYTES - 1)
  }

  /** What the container was labelled with stands before the data, behind the stamp. */
  #withDetails(message: Uint8Array, details: string): Uint8Array {
    const { timestamps } = this.#selection
    const stamp = message.subarray(HEADER_BYTES, HEADER_BYTES + STAMP_BYTES + 1)
    const data = message.subarray(HEADER_BYTES + STAMP_BYTES + 1)
    const payload = Buffer.concat([...(timestamps ? [stamp] : []), Buffer.from(details), data])
    return this.#framed ? Buffer.concat([frameHeader(message[0]!, payload.length), payload]) : payload
  }

  #isOfItsTime(message: Uint8Array): boolean {
    if (this.#since === null && this.#selection.until === null) return true
    const stamp = ASCII.decode(message.subarray(HEADER_BYTES, HEADER_BYTES + STAMP_BYTES))
    return !this.#isTooOld(stamp) && !this.#isTooNew(stamp)
  }

  #isTooNew(stamp: string): boolean {
    const { until } = this.#selection
    const { untilEndsStoredPart, untilFiltersEachMessage } = this.#personality
    if (until === null) return false
    if (untilFiltersEachMessage) return stamp >= until
    if (stamp <= until) return false
    this.#ended = this.#caughtUp || untilEndsStoredPart
    return true
  }

  #isTooOld(stamp: string): boolean {
    if (this.#since === null) return false
    if (stamp < this.#since) return true
    if (!this.#personality.sinceFiltersEachMessage) this.#since = null
    return false
  }
}

/**
 * A copy of the message without its bytes [from, to), with its header put right, or without one.
 * @param header its size in the copy
 */
function withoutPart(message: Uint8Array, header: number, from: number, to: number): Uint8Array {
  const before = from - HEADER_BYTES
  const length = before + message.length - to
  // From Node's pool, and byte by byte: an engine without decimals comes here for each message of each poll.
  const copy = Buffer.allocUnsafe(header + length)
  if (header > 0) writeHeader(copy, message[0]!, length)
  for (let at = 0; at < before; at++) copy[header + at] = message[HEADER_BYTES + at]!
  if (message.length - to > LONG) copy.set(message.subarray(to), header + before)
  else for (let at = to; at < message.length; at++) copy[header + before + at - to] = message[at]!
  return copy
}

/** The header of a frame: stream number, three zeros, big-endian length. */
export function frameHeader(stream: number, length: number): Uint8Array {
  return writeHeader(Buffer.allocUnsafe(HEADER_BYTES), stream, length)
}

function writeHeader(frame: Buffer, stream: number, length: number): Buffer {
  frame.writeUInt32BE(stream * 2 ** 24, 0)
  frame.writeUInt32BE(length, 4)
  return frame
}

/** Messages that were selected, one after the other, and where each ends. */
interface Batch {
  readonly bytes: Uint8Array
  readonly ends: readonly number[]
}

/** `2026-01-01T00:00:00` */
const SECOND_CHARACTERS = 19
const BATCH_BYTES = 65_536
/** From here on a view costs less than a loop. */
const LONG = 256
const ASCII = new TextDecoder('latin1')
