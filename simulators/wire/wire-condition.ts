/** Something that is wrong with one stream for as long as it lasts. What is left out is as it should be. */
export interface WireCondition {
  /** Bytes that may pass now. */
  readonly allowance?: number
  /** The largest piece that passes at once. */
  readonly pieceBytes?: number
  /** Whether the end does not get through. */
  readonly holdsEnd?: boolean
  /** Whether the release of the stream is not acknowledged: the engine goes on as if the reader were there. */
  readonly hangsOnClose?: boolean
  /** Whether the connection stays open after the end. */
  readonly staysOpen?: boolean
  /** Whether the head of the answer waits for the first output. */
  readonly delaysHead?: boolean
  /** That many bytes have passed. */
  passed?(bytes: number): void
  /** The engine has something more to send, or the end: `waiting` bytes are there that have not passed. */
  arrived?(waiting: number): void
  /** It is over: whatever it has scheduled is to be taken away. */
  end?(): void
}
