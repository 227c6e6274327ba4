/** Something that happened to the files of a log and must not stay silent. */
export type FileNotice =
  /** The file was renamed away and is read to its end; the next one is begun. */
  | { readonly kind: 'rotated' }
  /**
   * The file was cut, or replaced by one with its number. What was written between the copy and the cut is lost; of that this much was seen and not read.
   * @param hasCopy whether a copy was found, as `copytruncate` makes one: then everything in it is read
   */
  | { readonly kind: 'cut'; readonly lostBytes: number; readonly hasCopy: boolean }
  /**
   * The file is gone without a trace.
   * @param lostBytes seen and not read @param mayLack whether something may be missing, as far as can be known
   */
  | { readonly kind: 'removed'; readonly lostBytes: number; readonly mayLack: boolean }
  /** Lines longer than `max_line_bytes` became several records. */
  | { readonly kind: 'long_lines'; readonly lines: number }
