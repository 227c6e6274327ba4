/**
 * How an answer is over for its client.
 * - `complete`: its body has ended; the connection may go on
 * - `kept`: the same, and the connection stays open whatever was asked for
 * - `cut`: the connection ends in the middle
 * - `broken`: the connection breaks in the middle
 */
export type AnswerEnd = 'complete' | 'kept' | 'cut' | 'broken'

/** Where an answer goes. */
export interface Outlet {
  /** Whether nothing more is to be sent for now. */
  readonly isHeld: boolean
  send(bytes: Uint8Array): void
  /** Called once; nothing is sent after it. @param isWhole whether the engine has sent all of its answer */
  end(how: AnswerEnd, isWhole: boolean): void
}

/** The way of an answer from the engine to the client, after its head. */
export interface Passage {
  /** Whether the engine is to wait before it sends more. */
  readonly isFull: boolean
  /** Whether the engine is not to be told when the client is gone. */
  readonly hangsOnClose: boolean
  /** Bytes behind the head have come. */
  push(bytes: Buffer): void
  /** No more will come: the connection ended, or broke. */
  engineGone(how: 'cut' | 'broken'): void
  /** The outlet may take more. */
  pump(): void
  /** The client is gone. The outlet's end is told when the engine may know. */
  clientGone(): void
}
