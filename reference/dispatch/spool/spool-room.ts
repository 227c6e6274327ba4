import type { PositionStore } from '../positions/position-store.ts'
import type { SpoolFeed } from './spool-feed.ts'
import { recordsBetween } from './records-between.ts'
import { segmentBytesOf } from './segment-bytes.ts'
import { compareOffsets, type Spool, type SpoolOffset } from './spool.ts'

export interface SpoolRoom {
  readonly feeds: readonly SpoolFeed[]
  readonly positions: PositionStore
  readonly spool: Spool
  readonly spoolBytesMax: number
  readonly whenFull: 'wait' | 'drop_oldest'
}

/** Records that a sink will never get. */
export interface Drop {
  readonly sink: string
  readonly records: number
}

/**
 * Makes room in a full spool at the expense of those who are behind: first of sinks that are switched off, which never make anybody wait; then,
 * where it is configured so, of the slowest. Whole segments are given up, the oldest ones, so that a quarter of the spool is free.
 */
export async function makeRoom({
  feeds,
  positions,
  spool,
  spoolBytesMax,
  whenFull,
}: SpoolRoom): Promise<Drop[]> {
  const segments = Math.ceil((spool.bytes - spoolBytesMax * FILLED) / segmentBytesOf(spoolBytesMax))
  const segment = Math.min(spool.start.segment + Math.max(1, segments), spool.end.segment)
  const place: SpoolOffset = { segment, offset: 0 }
  const off = positions.sinksSwitchedOff().filter((name) => isBefore(positions.sink(name).spool, place))
  const drops: Drop[] = []
  for (const sink of off) {
    // eslint-disable-next-line no-await-in-loop -- seldom
    drops.push({ sink, records: await recordsBetween(spool, positions.sink(sink).spool!, place) })
    positions.setSpool(sink, place)
  }
  if (whenFull === 'wait') return drops
  for (const feed of feeds.filter((candidate) => isBefore(candidate.place, place))) {
    // eslint-disable-next-line no-await-in-loop
    drops.push({ sink: feed.name, records: await feed.skipTo(place) })
  }
  return drops.filter(({ records }) => records > 0)
}

/** What is left of a full spool, at most. */
const FILLED = 3 / 4

function isBefore(offset: SpoolOffset | undefined, place: SpoolOffset): boolean {
  return offset !== undefined && compareOffsets(offset, place) < 0
}
