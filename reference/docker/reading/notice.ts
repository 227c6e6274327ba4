/** Something that must not stay silent. */
export type Notice =
  /** The position was not found again: lines between `after`, the newest stamp delivered, and what came next may be lost. */
  | { readonly kind: 'gap'; readonly after: string }
  /** The engine sent messages again; they were skipped. */
  | { readonly kind: 'replay'; readonly messages: number }
  | { readonly kind: 'orphan' }
  | { readonly kind: 'cut' }
  /** Lines that are not wanted, by their text. */
  | { readonly kind: 'filtered'; lines: number }
