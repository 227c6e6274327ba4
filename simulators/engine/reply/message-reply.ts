import type { ByteReply } from '../../wire/byte-reply.ts'

/** A reply that sends whole messages as they are stored: header, stamp, space, data. */
export interface MessageReply extends ByteReply {
  readonly follow: boolean
  /** Stored messages the engine had to read to find where to begin. */
  readonly linesScanned: number
  /** Bytes up to the end of the message it is in, or of the one it is about to begin. Only in state `ready`. */
  readonly messageBytes: number
}
