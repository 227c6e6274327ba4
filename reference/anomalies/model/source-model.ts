import type { Source } from '../../dispatch/block.ts'
import type { WatchedSource } from '../anomaly.ts'
import { ContentModel, type ContentModelOptions } from '../content/content-model.ts'
import { SOURCE_RATE_BYTES, SourceRate } from '../rates/source-rate.ts'
import { WindowCounts } from '../rates/window-counts.ts'

/** What is learnt of one source. */
export class SourceModel {
  readonly rate: SourceRate
  readonly content: ContentModel
  readonly counts = new WindowCounts()
  /** The last source of that kind and name. */
  source: WatchedSource
  /** Since when it is watched without a break, wall time; null while it is not there. */
  presentSinceMs: number | null = null
  /** When a block of it came last, in blocks of all sources. */
  lastBlock = 0
  /** Of its last window and of its last span: whether it was unusual. */
  readonly unusual: [boolean, boolean] = [false, false]
  /** Memory that is counted for it: see {@link SourceModels}. */
  countedBytes = 0
  /** False once its memory was needed for others. */
  isKept = true

  constructor(source: WatchedSource, options: ContentModelOptions & { readonly windowMs: number }) {
    this.source = source
    this.rate = new SourceRate(options.windowMs)
    this.content = new ContentModel(options)
  }

  /** Memory, at most. */
  get bytes(): number {
    return SOURCE_BYTES + SOURCE_RATE_BYTES + this.content.bytes + 2 * keyOf(this.source).length
  }
}

/** What a model belongs to. */
export function keyOf({ kind, name }: Pick<Source, 'kind' | 'name'>): string {
  return `${kind} ${name}`
}

const SOURCE_BYTES = 3000
