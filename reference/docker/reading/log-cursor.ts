/** Keys of the last delivered messages that are kept on disk (R). */
export const RING_KEYS = 50

export interface CursorState {
  /** Messages delivered. */
  readonly messages: number
  /** Keys of the last of them, oldest first, at most {@link RING_KEYS}. */
  readonly ring: Float64Array
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

/**
 * What to do with a message. A withheld one is new and not certain: the next reply brings it again. Should there be none, it is to be delivered and
 * remembered after all.
 */
export type Verdict = 'deliver' | 'skip' | 'withhold' | 'reopen'

/**
 * Resumes a log exactly where it was left: says how much of it to ask for, and which messages of the reply are new.
 *
 *     open() -> accept()* -> end()                             one connection, again and again
 *     openToPrime() -> prime()* -> endPriming()                before the first, where only what comes from now on is wanted
 */
export interface LogCursor {
  /** Whether the place was found in the current reply. */
  readonly aligned: boolean
  /** Everything that was asked for has passed, and the place was not in it: going on reading the same reply is in vain. */
  readonly searchesInVain: boolean
  readonly state: CursorState

  /** Begins a connection: how much to ask for from the end of the log, in what the engine counts, undefined for the whole log. */
  open(): number | undefined
  /**
   * @param key of the message, see `messageKey`
   * @param midLine whether it continues an open line of its stream: chunks of one line may be equal
   * @param endsLine whether it ends in a newline
   * @param isLast whether the reply ended with it. Told of snapshots only
   */
  accept(
    key: number,
    buffer: Uint8Array,
    stampStart: number,
    midLine: boolean,
    endsLine: boolean,
    isLast: boolean,
  ): Verdict
  /** The reply ended cleanly: 'reopen' when another one may bring more. */
  end(): 'aligned' | 'reopen'

  /** Begins a connection that tells what exists already: how much to ask for, as {@link LogCursor.open}. */
  openToPrime(): number | undefined
  /** Takes a message of it. */
  prime(key: number, buffer: Uint8Array, stampStart: number, endsLine: boolean, isLast: boolean): void
  /** It ended cleanly. Whether it told enough; otherwise another one is needed. */
  endPriming(): boolean

  /** The place moves behind a message. */
  remember(key: number, buffer: Uint8Array, stampStart: number, endsLine: boolean): void
  /** A chunk brought so many new messages. */
  grew(messages: number): void
  isRemembered(key: number): boolean
  /** Messages skipped as replays since the last call. */
  takeReplayed(): number
  /** For every loss of the position since the last call: the newest stamp delivered before it. */
  takeGaps(): string[]
}
