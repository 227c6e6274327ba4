/** Something that must not stay silent. */
export type Notice =
  /** The position was not found again: lines between `after`, the newest stamp delivered, and what came next may be lost. */
  | { readonly kind: 'gap'; readonly after: string }
  /** The engine sent messages again; they were skipped. */
  | { readonly kind: 'replay'; readonly messages: number }
  | { readonly kind: 'orphan' }
  | { readonly kind: 'cut' }
  | CountedNotice

/** Something that may happen to every line, in one notice for those in a row. */
export interface CountedNotice {
  /**
   * - `filtered`: lines that are not wanted, by their text. - `rate_limited`: lines beyond the rate that is allowed. - `multiline_silence`,
   * `multiline_limit`: records of several lines that ended because nothing came, or because more would have been too much.
   */
  readonly kind: 'filtered' | 'rate_limited' | 'multiline_silence' | 'multiline_limit'
  lines: number
}
