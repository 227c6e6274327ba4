import type { Block, Source } from './block.ts'

/**
 * A place records go to. The dispatcher calls `write` for one source at a time, in order, and writes a batch again
 * after a failure; different sources may be written at the same time.
 */
export interface Sink {
  /** Names the sink in positions, metrics and logs. */
  readonly name: string
  /**
   * Takes a batch: consecutive blocks of one source, the first record being the first this sink has not acknowledged. Resolves when the
   * sink holds all of them; rejects when it cannot tell, and then the same batch is written again.
   * @param mark what the last acknowledged write of this source returned, also across restarts; undefined for the first.
   * @returns the sink's own bookkeeping for the source (JSON), kept with the position.
   */
  write(
    source: Source,
    blocks: readonly Block[],
    mark: SinkMark | undefined,
    options: { signal: AbortSignal },
  ): Promise<SinkMark>
  /** Resolves when everything acknowledged would survive a power cut. Called before positions are saved. */
  sync(options: { signal: AbortSignal }): Promise<void>
  /** The source is gone for good and everything of it is acknowledged: give back what is held for it. */
  forget(source: Source): Promise<void>
  /** Writes what is buffered and gives everything back. Closes what it can even if one close fails, then rejects. */
  close(): Promise<void>
}

export type SinkMark = Readonly<Record<string, string | number>>
