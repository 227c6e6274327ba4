/** Lines of a container that are missing in a row, and the stamps of the lines around them. */
export interface Hole {
  readonly first: number
  readonly last: number
  /** Stamp of the line in front; '' at the beginning of the log. */
  readonly before: string
  /** Stamp of the line behind; null where nothing came any more. */
  readonly behind: string | null
}

/** A loss that the collector told of. */
export interface ToldGap {
  /** The newest stamp delivered before it. */
  readonly after: string
  /** When it was told, milliseconds since the epoch. */
  readonly toldAt: number
}

/** The oldest line an engine still had at some time, milliseconds since the epoch. */
export interface OldestLine {
  readonly at: number
  readonly line: number
}

export interface HoleCounts {
  /** Lines of holes that no gap tells of. */
  readonly silent: number
  /** Lines of holes that are told, and that the engine had rotated away by then. */
  readonly rotatedAway: number
  /** Lines of holes that are told, although the engine still had some of them. */
  readonly givenUp: number
  /** Gaps that were told where nothing is missing. */
  readonly idleGaps: number
}

/** @param stamps of the lines found, by their number. @param last number of the last line written. */
export function holesOf(stamps: ReadonlyMap<number, string>, last: number): Hole[] {
  const holes: Hole[] = []
  for (let line = 1; line <= last; line++) {
    if (stamps.has(line)) continue
    const first = line
    while (line < last && !stamps.has(line + 1)) line += 1
    const behind = stamps.get(line + 1) ?? null
    holes.push({ first, last: line, before: stamps.get(first - 1) ?? '', behind })
  }
  return holes
}

/**
 * Holds each hole against what was told. A gap tells of the holes that begin at or before its stamp and end behind it. A line counts as rotated
 * away when the first look at the engine's log after the gap was told did not find it any more; a collector that is ended between telling and
 * delivering tells again, and the last time counts.
 * @param gaps in the order of time, as `oldest`
 */
export function accountForHoles(
  holes: readonly Hole[],
  gaps: readonly ToldGap[],
  oldest: readonly OldestLine[],
): HoleCounts {
  let silent = 0
  let rotatedAway = 0
  let givenUp = 0
  for (const hole of holes) {
    const size = hole.last - hole.first + 1
    const told = gaps.findLast((gap) => tellsOf(gap, hole))
    if (told === undefined) silent += size
    else if ((oldest.find(({ at }) => at >= told.toldAt)?.line ?? 0) > hole.last) rotatedAway += size
    else givenUp += size
  }
  return { silent, rotatedAway, givenUp, idleGaps: idleGapsOf(holes, gaps).length }
}

/** Gaps that were told where nothing is missing. */
export function idleGapsOf(holes: readonly Hole[], gaps: readonly ToldGap[]): ToldGap[] {
  return gaps.filter((gap) => !holes.some((hole) => tellsOf(gap, hole)))
}

/** Stamps have nine decimals and are in UTC, so that their order is that of the text. */
function tellsOf(gap: ToldGap, hole: Hole): boolean {
  return hole.before <= gap.after && (hole.behind === null || gap.after <= hole.behind)
}
