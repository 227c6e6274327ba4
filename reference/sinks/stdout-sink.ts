import type { Block, Source } from '../dispatch/block.ts'
import type { Sink, SinkMark } from '../dispatch/sink.ts'
import { formatBlock } from './record-format.ts'

/**
 * Writes every record to standard output as one JSON object per line. What was written before a `kill -9` and not yet committed is written
 * again after it: a pipe cannot be read back.
 */
export class StdoutSink implements Sink {
  readonly name = 'stdout'
  readonly #write: (bytes: readonly Uint8Array[]) => Promise<void>

  constructor(write: (bytes: readonly Uint8Array[]) => Promise<void>) {
    this.#write = write
  }

  async write(_source: Source, blocks: readonly Block[]): Promise<SinkMark> {
    await this.#write(blocks.map((block) => formatBlock(block, 'json')))
    return {}
  }

  async sync(): Promise<void> {}

  async forget(): Promise<void> {}

  async close(): Promise<void> {}
}
