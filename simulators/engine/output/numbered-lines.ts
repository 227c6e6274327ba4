/**
 * The lines of workloads, `<name> <number> <filler>` and an ending, without copying the filler: it always stands in one buffer, and of each line
 * only its start is written in front of it and its ending into it.
 *
 *     | room for the start       | the quick brown fox jumps over …
 *                    web 42 -----^                      ^--- ending, put right for the next line
 */
export class NumberedLines {
  readonly #name: Uint8Array

  constructor(name: string) {
    this.#name = Buffer.from(`${name} `)
  }

  /**
   * A line as bytes, good until the next one of any name.
   * @param length of the line with a newline, bytes; it is longer when its start needs more
   */
  line(number: number, length: number, ending: '\n' | ''): Uint8Array {
    const startLength = this.#name.length + digitsOf(number) + 1
    const fillerLength = Math.max(0, length - startLength - 1)
    if (startLength > sheet.start || sheet.start + fillerLength >= sheet.bytes.length) {
      sheet = blankSheet(startLength, fillerLength)
    }
    this.#writeStart(sheet.start - startLength, number)
    writeEnding(sheet.start + fillerLength, ending)
    return sheet.bytes.subarray(sheet.start - startLength, sheet.ending + ending.length)
  }

  #writeStart(from: number, number: number): void {
    const { bytes, start } = sheet
    const name = this.#name
    for (let index = 0; index < name.length; index++) bytes[from + index] = name[index]!
    bytes[start - 1] = SPACE
    for (let at = start - 2, rest = number; at >= from + name.length; at--) {
      bytes[at] = ASCII_ZERO + (rest % 10)
      rest = Math.floor(rest / 10)
    }
  }
}

interface Sheet {
  readonly bytes: Uint8Array
  /** Where the filler begins. */
  readonly start: number
  /** Where the ending of the last line stands, in the filler. */
  ending: number
}

function writeEnding(at: number, ending: '\n' | ''): void {
  const { bytes, start } = sheet
  bytes[sheet.ending] = FILLER.charCodeAt((sheet.ending - start) % FILLER.length)
  sheet.ending = at
  if (ending !== '') bytes[at] = NEWLINE
}

function blankSheet(startLength: number, fillerLength: number): Sheet {
  const start = Math.max(START_ROOM, startLength)
  const bytes = new Uint8Array(start + 2 * Math.max(FILLER_ROOM, fillerLength))
  Buffer.from(bytes.buffer).fill(FILLER, start)
  return { bytes, start, ending: start }
}

function digitsOf(number: number): number {
  let digits = 1
  for (let power = 10; power <= number; power *= 10) digits += 1
  return digits
}

const FILLER = 'the quick brown fox jumps over the lazy dog and back again; '
const START_ROOM = 128
const FILLER_ROOM = 512
const SPACE = 0x20
const NEWLINE = 0x0a
const ASCII_ZERO = 0x30
let sheet = blankSheet(START_ROOM, FILLER_ROOM)
