/** Of one template: its lines in the interval that is judged, and its weight in what is usual. */
export interface MixPart {
  readonly lines: number
  readonly weight: number
}

export interface MixShift {
  /** Jensen-Shannon divergence of the shares, in bits: 0 the same, 1 nothing in common. Less what chance alone is expected to make of so few lines. */
  readonly bits: number
  /** What chance alone makes of so few lines hardly ever. */
  readonly byChance: number
}

/**
 * How far a mix is from the usual one; 0 where either is empty.
 * @param rarity chance makes `byChance` of it once in exp(rarity) times, at most (Laurent and Massart's bound for chi-squared)
 */
export function mixShift(parts: Iterable<MixPart>, rarity: number): MixShift {
  const all = [...parts]
  const lines = all.reduce((sum, part) => sum + part.lines, 0)
  const weight = all.reduce((sum, part) => sum + part.weight, 0)
  if (lines === 0 || weight === 0) return { bits: 0, byChance: 0 }
  let divergence = 0
  let kinds = 0
  for (const part of all) {
    const now = part.lines / lines
    const usual = part.weight / weight
    if (now + usual > 0) kinds += 1
    divergence += (towards(now, usual) + towards(usual, now)) / 2
  }
  // Lines of the usual mix: the divergence times this is distributed as chi-squared.
  const scale = 8 * Math.LN2 * lines
  const freedom = kinds - 1
  return {
    bits: Math.max(0, divergence - freedom / scale),
    byChance: (2 * Math.sqrt(freedom * rarity) + 2 * rarity) / scale,
  }
}

function towards(share: number, other: number): number {
  return share === 0 ? 0 : share * Math.log2((2 * share) / (share + other))
}
