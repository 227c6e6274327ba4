/** The engine's side of one answer that is made of messages: what it would send now, were nothing wrong on the way. */
export interface ByteReply {
  /** Bytes, nothing yet, or the end. */
  readonly state: 'ready' | 'waiting' | 'ended'
  /**
   * When it has more to send if nothing unforeseen happens, in milliseconds of the host's monotonic clock. Only in state `waiting`; Infinity
   * when nobody knows.
   */
  readonly dueMs: number
  /** Bytes that {@link take} could return at once. Only in state `ready`. */
  readonly available: number
  /** Bytes up to the next boundary between two messages; 0 when it is at one. */
  readonly toBoundary: number
  /** Set by the wire; called when {@link state} may have changed. */
  onChange: () => void
  /** Sends the next bytes, `maxBytes` of them at most. Only in state `ready`. */
  take(maxBytes: number): Uint8Array
  /** Whether its reader goes by {@link dueMs}: {@link onChange} is then called only for what that does not say. At first it does not. */
  lookAhead(looksAhead: boolean): void
  /** The reader is gone. Idempotent. */
  close(): void
}
