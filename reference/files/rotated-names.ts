/** Names that rotation gives to files. A rotated file is one more part of the log whose name it had. */

/**
 * The name that a rotated file had, going by the one it has: `app.log` for `app.log.1`, `app.log-20260101`, `app.log.2026-01-01T10` and `app.log.old`.
 * Null for a name that is none of rotation.
 */
export function nameBeforeRotation(name: string): string | null {
  return ROTATED.exec(name)?.[1] ?? null
}

/** Whether it was compressed, going by its name: what is in it was read before. */
export function isCompressed(name: string): boolean {
  return COMPRESSED.test(name)
}

/** Order of two rotated files of one log that were written to at the same time, the older first: numbers count up with age, dates do not. */
export function compareRotated(a: string, b: string): number {
  const [one, other] = [numberOf(a), numberOf(b)]
  if (one !== null && other !== null) return other - one
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** Of names such as `app.log.1`; dates are longer. */
function numberOf(name: string): number | null {
  const digits = /[._-](\d{1,5})$/.exec(name)?.[1]
  return digits === undefined ? null : Number(digits)
}

const ROTATED = /^(.+?)[._-](?:\d[\d.:_TZ-]*|old|prev|bak)$/
const COMPRESSED = /\.(?:gz|bz2|xz|zst|lz4|lzma|Z|zip)$/
