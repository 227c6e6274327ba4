/**
 * What there is more of than there was, the most first, one sentence each.
 * @param before how many there were of each, by what it is and where. @param after the same later
 */
export function newlyOpen(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): string[] {
  return [...after]
    .map(([what, count]) => ({ what, count, more: count - (before.get(what) ?? 0) }))
    .filter(({ more }) => more > 0)
    .toSorted((a, b) => b.more - a.more || (a.what < b.what ? -1 : 1))
    .slice(0, NAMED)
    .map(({ what, count, more }) => `${what}: ${count - more} -> ${count} (+${more})`)
}

const NAMED = 8
