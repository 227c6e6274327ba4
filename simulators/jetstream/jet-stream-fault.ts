/**
 * What can be wrong with a JetStream server or on the way to it. Of messages:
 * - `ack-lost`: it is stored, and the acknowledgement never comes
 * - `no-responders`: no stream takes the subject at this moment, as while a cluster elects a leader
 * - `full`: the storage is full
 *
 * Of requests, messages and questions:
 * - `cut`: the connection breaks before the request is there
 * - `cut-after-store`: the request is dealt with, and the connection breaks before the answer
 * - `late`: the connection breaks, and the request arrives all the same, so many milliseconds later
 * - `slow`: the answer takes so many milliseconds longer
 * - `hang`: the request is dealt with, and answered when the fault is taken away
 *
 * Of the server:
 * - `unauthorized`: credentials are not taken
 * - `down`: nobody listens; connections break
 */
export type JetStreamFault =
  | JetStreamMessageFault
  | JetStreamRequestFault
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'down' }

export type JetStreamMessageFault =
  | { readonly kind: 'ack-lost' }
  | { readonly kind: 'no-responders' }
  | { readonly kind: 'full' }

export type JetStreamRequestFault =
  | { readonly kind: 'cut' }
  | { readonly kind: 'cut-after-store' }
  | { readonly kind: 'late'; readonly delayMs: number }
  | { readonly kind: 'slow'; readonly delayMs: number }
  | { readonly kind: 'hang' }
