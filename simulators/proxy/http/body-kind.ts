/**
 * How the end of a message's body is found.
 * - `none`: there is none
 * - `length`: so many bytes
 * - `chunked`: in chunks, the last of which is empty
 * - `rest`: everything until the connection ends
 */
export type BodyKind =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'rest' }

export const NO_BODY: BodyKind = { kind: 'none' }
