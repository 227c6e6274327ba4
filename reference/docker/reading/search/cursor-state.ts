/** Keys of the last delivered messages that are kept on disk (R). */
export const RING_KEYS = 50

export interface CursorState {
  /** Messages delivered. */
  readonly messages: number
  /** Keys of the last of them, oldest first, at most {@link RING_KEYS}. */
  readonly ring: Float64Array
  /**
   * Messages right before the ring that have the key of all of the ring, as the pieces of a long line that repeats itself: how far into that line the place is.
   * Left out where it is not known.
   */
  readonly repeats?: number | undefined
  /** The newest stamp delivered, '' for none. */
  readonly newest: string
  /** Only of a log that is read in snapshots, and not in positions that were saved before there was counting. */
  readonly counted?: Counted | undefined
}

/** A place in a log whose stamps say little: how much lies before it. */
export interface Counted {
  /** Messages from the first one with the newest stamp up to the place. */
  readonly sinceNewest: number
  /** Whole lines before the place. There may be more. */
  readonly lines: number
}
