/** The name of the file of a segment: in the order of names they are in their own. */
export function segmentName(segment: number): string {
  return `${String(segment).padStart(DIGITS, '0')}.segment`
}

/** The segment of a name, alone in an array; none when it is no segment's. */
export function segmentOf(name: string): number[] {
  const match = /^(\d+)\.segment$/.exec(name)
  return match === null ? [] : [Number(match[1])]
}

const DIGITS = 12
