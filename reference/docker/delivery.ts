import type { Block, Source, SourcePosition } from '../dispatch/block.ts'

/** What a monitor needs of the delivery: where its records go, and where it is to resume. */
export interface Delivery {
  /** Takes a block at once, or says that there is no room. */
  readonly tryDeliver: (block: Block) => boolean
  /** Takes a block once there is room; rejects with `signal.reason` on abort, the block then not taken. */
  readonly deliver: (block: Block, options: { signal: AbortSignal }) => Promise<void>
  /** Resolves once everything that was taken of the source is safe and its position on disk says so; rejects with `signal.reason` on abort. */
  readonly whenSaved: (sourceId: string, options: { signal: AbortSignal }) => Promise<void>
  readonly resumePosition: (sourceId: string) => SourcePosition | undefined
  /** The source is gone: once everything of it is written, what is held for it is given up. */
  readonly forget: (source: Source, options: { signal: AbortSignal }) => Promise<void>
  /** Sources with a position, followed or not. */
  readonly knownSources: () => readonly Source[]
}
