/** Of one template: its lines in the interval that is judged, and its weight in what is usual. */
export interface MixPart {
  readonly lines: number
  readonly weight: number
}

/**
 * How far a mix is from the usual one: the Jensen-Shannon divergence of their shares, in bits (0 the same, 1 nothing in common), less what chance alone
 * is expected to make of so few lines. 0 where either is empty.
 */
export function mixShift(parts: Iterable<MixPart>): number {
  const all = [...parts]
  const lines = all.reduce((sum, part) => sum + part.lines, 0)
  const weight = all.reduce((sum, part) => sum + part.weight, 0)
  if (lines === 0 || weight === 0) return 0
  let divergence = 0
  let kinds = 0
  for (const part of all) {
    const now = part.lines / lines
    const usual = part.weight / weight
    if (now + usual > 0) kinds += 1
    divergence += (towards(now, usual) + towards(usual, now)) / 2
  }
  const byChance = (kinds - 1) / (8 * Math.LN2 * lines)
  return Math.max(0, divergence - byChance)
}

function towards(share: number, other: number): number {
  return share === 0 ? 0 : share * Math.log2((2 * share) / (share + other))
}
