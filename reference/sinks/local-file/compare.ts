/** How many bytes two begin with alike. */
export function commonPrefix(a: Uint8Array, b: Uint8Array): number {
  let same = 0
  while (same < a.byteLength && a[same] === b[same]) same++
  return same
}

/**
 * NULs where something else should be, and all else as it should be: up to the end of what is held, or at least of the line in which the last NUL lies. What comes
 * then is no record, and was written since.
 */
export function isHole(held: Uint8Array, expected: Uint8Array): boolean {
  const other = held.findIndex((byte, at) => byte !== NUL && byte !== expected[at])
  if (other === -1) return true
  const known = held.subarray(0, other)
  return known[0] === NUL && known.lastIndexOf(NEWLINE) > known.lastIndexOf(NUL)
}

/** Offset in the records at which those begin that are held, up to the end of either or to NULs that a power cut left; 0 when they are nowhere. */
export function beginningOf(held: Uint8Array, records: Uint8Array): number {
  const last = records.lastIndexOf(NEWLINE)
  for (let at = 0; at <= last; at = records.indexOf(NEWLINE, at) + 1) {
    const rest = records.subarray(at)
    const same = commonPrefix(held, rest)
    if (same === Math.min(held.byteLength, rest.byteLength)) return at
    const isLine = held.subarray(0, same).includes(NEWLINE)
    if (isLine && isHole(held.subarray(same), rest.subarray(same))) return at
  }
  return 0
}

const NUL = 0
const NEWLINE = 0x0a
