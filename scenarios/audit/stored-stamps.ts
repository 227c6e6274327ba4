import { FILLER } from './numbered-line.ts'

/**
 * When the lines in a stored log were written, by their number: from the log as an engine sends it when it is asked for stamps.
 * @returns milliseconds since the epoch
 */
export function stampsIn(log: Uint8Array): Map<number, number> {
  const text = Buffer.from(log.buffer, log.byteOffset, log.byteLength).toString('latin1')
  const stamps = new Map<number, number>()
  for (const [, stamp, line] of text.matchAll(STAMPED_LINE)) stamps.set(Number(line), millisecondsOf(stamp!))
  return stamps
}

/** `Date` knows milliseconds; engines stamp with nanoseconds. */
function millisecondsOf(stamp: string): number {
  const [whole = '', fraction = '0'] = stamp.slice(0, -1).split('.')
  return Date.parse(`${whole}Z`) + Number(`0.${fraction}`) * 1000
}

const STAMPED_LINE = new RegExp(
  String.raw`(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z) [\w.-]+ (\d+) ${FILLER}`,
  'g',
)
