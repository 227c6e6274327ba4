import type { PositionStore } from './position-store.ts'
import type { SpoolFeed } from './spool-feed.ts'
import { compareOffsets, type Spool, type SpoolOffset } from './spool/spool.ts'

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
 * where it is configured so, of the slowest. The oldest segment is given up at a time.
 */
export async function makeRoom({ feeds, positions, spool, whenFull }: SpoolRoom): Promise<Drop[]> {
  const place: SpoolOffset = { segment: spool.start.segment + 1, offset: 0 }
  if (place.segment > spool.end.segment) return []
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

/** Records of the transactions that begin between two places. */
export async function recordsBetween(spool: Spool, from: SpoolOffset, to: SpoolOffset): Promise<number> {
  let records = 0
  for (let at = from; compareOffsets(at, to) < 0;) {
    // eslint-disable-next-line no-await-in-loop -- one piece after the other
    const found = await spool.read(at)
    if (found === null || found.next.segment > to.segment) break
    for (const block of found.blocks) records += block.ends.length
    at = found.next
  }
  return records
}

function isBefore(offset: SpoolOffset | undefined, place: SpoolOffset): boolean {
  return offset !== undefined && compareOffsets(offset, place) < 0
}
