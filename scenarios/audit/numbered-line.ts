/**
 * The lines that containers write. A container numbers its lines from 1, and the mark at the end shows a line that was cut:
 *
 *     wt-3fa2c1-07 42 xxxxxxxxxxxxxxxxxxxx .
 */
export function numberedLine(container: string, number: number): string {
  return `${container} ${number} ${FILLER} .`
}

/** Brings a line to about 80 bytes, the length of a usual log line. */
export const FILLER: string = 'x'.repeat(60)

/** Finds numbered lines in any output that carries them unchanged, groups `container` and `line`. */
export const NUMBERED_LINE: RegExp = new RegExp(
  `(?<container>[a-zA-Z0-9][\\w.-]*) (?<line>\\d+) ${FILLER} \\.`,
  'g',
)
