import type { Block } from '../../dispatch/block.ts'
import type { SinkBatchPart, SinkMark } from '../../dispatch/sink.ts'
import { withValidText } from '../encoding/valid-text.ts'
import { DistinctTimes } from './distinct-times.ts'
import type { LabelSets, LokiStream, Pair } from './label-sets.ts'

/** A part of a batch as Loki is given it: columns, and which stream of Loki's each record goes to. */
export interface LokiPart {
  readonly streams: readonly LokiStream[]
  /** What each entry carries beside its line. */
  readonly metadata: readonly Pair[]
  readonly blocks: readonly LokiBlock[]
  /** The state of the stamps behind it. */
  readonly mark: SinkMark
}

export interface LokiBlock {
  /** As in a `Block`; lines are UTF-8. */
  readonly bytes: Uint8Array
  readonly ends: Uint32Array
  /** The stamps that tell entries apart, nanoseconds. */
  readonly times: BigInt64Array
  /** Index of the stream of each record that is to be sent, or {@link HELD}, or {@link LEFT_OUT}. */
  readonly stream: Uint8Array
}

/** Loki has it. */
export const HELD = 254
/** Loki does not take it. */
export const LEFT_OUT = 255

export function lokiPart(
  { source, blocks, mark, redelivered = false }: SinkBatchPart,
  labelSets: LabelSets,
): LokiPart {
  const times = new DistinctTimes(source.id, mark)
  const { streams, streamOf, metadata } = labelSets.of(source)
  return {
    streams,
    metadata,
    blocks: blocks.map((block) => {
      const stampOf = redelivered ? ordinalStamps(block) : inOrder(block, times)
      return lokiBlock(block, stampOf, streamOf)
    }),
    mark: times.mark(),
  }
}

/** The stamp of the record at an index; asked once for each, in order. */
type StampOf = (record: number) => bigint

function inOrder({ times }: Block, distinct: DistinctTimes): StampOf {
  return (record) => distinct.next(times[record]!)
}

/**
 * Of records that come long after their neighbours: no state says what those were given. They are moved by half a millisecond and their ordinal, so that none
 * meets an equal line that was written at the same time, and each time by the same.
 */
function ordinalStamps({ times, firstRecord }: Block): StampOf {
  return (record) => times[record]! + BigInt(500_000 + ((firstRecord + record) % 400_000))
}

function lokiBlock(block: Block, stampOf: StampOf, streamOf: (dockerStream: number) => number): LokiBlock {
  const { bytes, ends } = withValidText(block)
  const times = new BigInt64Array(ends.length)
  const stream = new Uint8Array(ends.length)
  for (let record = 0; record < ends.length; record++) {
    times[record] = stampOf(record)
    stream[record] = streamOf(block.streams[record]!)
  }
  return { bytes, ends, times, stream }
}

/** Calls back for each entry of one stream, in order, with where its line lies: no object for each. */
export function forEntriesOf(
  { blocks }: LokiPart,
  stream: number,
  entry: (bytes: Uint8Array, start: number, end: number, time: bigint) => void,
): void {
  for (const block of blocks) {
    let start = 0
    for (let record = 0; record < block.ends.length; record++) {
      const end = block.ends[record]!
      if (block.stream[record] === stream) entry(block.bytes, start, end - 1, block.times[record]!)
      start = end
    }
  }
}
