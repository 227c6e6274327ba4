/**
 * What can be wrong with a sink.
 * - `too-many-requests`: 429 with Retry-After, in seconds or as a date; nothing is stored
 * - `server-error`: an answer of this status; nothing is stored
 * - `client-error`: an answer of this status: the request is found to be wrong; nothing is stored. With `aboveBytes` only requests of more bytes are
 * - `hang`: takes the request in and never answers; once the fault is taken away it goes on as if nothing had been
 * - `reset`: the connection breaks after so many bytes of the request, or after half of them; nothing is stored
 * - `slow`: takes the request in at so many bytes a second, and answers after the last
 * - `accepts-then-fails`: stores everything, and then answers 500 or breaks the connection: who sends it again repeats it
 * - `partial-success`: stores this share of the entries at most, and answers which it did not: at least one
 * - `refused`: nobody listens; what is under way breaks
 */
export type SinkFault =
  | {
      readonly kind: 'too-many-requests'
      readonly retryAfterMs?: number | undefined
      readonly as?: 'seconds' | 'date' | undefined
    }
  | { readonly kind: 'server-error'; readonly status?: number | undefined }
  | {
      readonly kind: 'client-error'
      readonly status?: number | undefined
      readonly aboveBytes?: number | undefined
    }
  | { readonly kind: 'hang' }
  | { readonly kind: 'reset'; readonly afterBytes?: number | undefined }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  | { readonly kind: 'accepts-then-fails'; readonly with?: 'server-error' | 'reset' | undefined }
  | { readonly kind: 'partial-success'; readonly accepted?: number | undefined }
  | { readonly kind: 'refused' }

export type SinkFaultKind = SinkFault['kind']

/** A fault of single requests: all but `refused`. */
export type RequestFault = Exclude<SinkFault, { readonly kind: 'refused' }>

/** Which requests a fault strikes. `refused` strikes all. */
export interface SinkFaultScope {
  /** How many before it is over. Default all, until it is taken away. */
  readonly times?: number | undefined
  /** Chance that it strikes a request, drawn from the seed. Default 1. */
  readonly chance?: number | undefined
}
