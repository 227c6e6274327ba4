import type { Wire } from './wire.ts'

/** Something that can be wrong with streams of logs. */
export interface StreamFault {
  readonly name: string
  /** Whether the request for a log is kept without an answer instead. */
  readonly holdsRequest?: boolean
  /** Begins to act on a stream. What is returned ends it; null where it has acted and is over. */
  actOn(wire: Wire): Disposable | null
}

/** Which streams a fault is for. */
export interface StreamScope {
  /** Id, prefix of an id, or name of the container whose log they carry. Default every container. */
  readonly container?: string | undefined
  /** Those `open` now, the `next` one to be opened, or `all`, now and later. */
  readonly streams: 'open' | 'next' | 'all'
  /** Only followed logs (true) or only snapshots (false). Default both. */
  readonly follow?: boolean | undefined
}
