/**
 * The lines that containers write. A container numbers its lines from 1, and the mark at the end shows a line that was cut:
 *
 *     wt-3fa2c1-07 42 xxxxxxxxxxxxxxxxxxxx .
 *
 * A line of a certain length says it before that mark, so that a piece that is missing in its middle shows:
 *
 *     wt-3fa2c1-07 43 xxxxxxxxxxxxxxxxxxxx ... xxxxxxxxxxxxxxxxxxxx 40000 .
 *
 * @param bytes length without the newline, at least 200; default that of a usual line
 */
export function numberedLine(container: string, number: number, bytes: number | null = null): string {
  const beginning = `${container} ${number} `
  if (bytes === null) return `${beginning}${FILLER} .`
  const end = ` ${bytes} .`
  return `${beginning}${'x'.repeat(bytes - beginning.length - end.length)}${end}`
}

/** Brings a line to about 80 bytes, the length of a usual log line. */
export const FILLER: string = 'x'.repeat(60)

/** A name does not begin in the middle of a word: else a filler of a megabyte would take a time that is quadratic. */
const BEGINNING = `(?<![a-zA-Z0-9])(?<container>[a-zA-Z0-9][\\w.-]*) (?<line>\\d+) ${FILLER}`

/** Finds numbered lines in any output that carries them unchanged, groups `container` and `line`, and `bytes` of a line that says its length. */
export const NUMBERED_LINE: RegExp = new RegExp(`${BEGINNING}(?:x* (?<bytes>\\d+))? \\.`, 'g')

/** Finds their beginnings, also where something stands between the pieces of a long one. */
export const BEGINNING_OF_NUMBERED_LINE: RegExp = new RegExp(BEGINNING, 'g')

/** Whether a line that was found is as long as it says. */
export function isWhole({ 0: text, groups }: RegExpExecArray): boolean {
  const bytes = groups?.['bytes']
  return bytes === undefined || text.length === Number(bytes)
}
