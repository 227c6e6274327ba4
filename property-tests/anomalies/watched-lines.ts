/** What lines may look like. */
export const CONTENTS = ['usual', 'ever new', 'huge', 'binary', 'empty', 'many words'] as const
export type Content = (typeof CONTENTS)[number]

/** So many lines, the same for the same numbers. None holds a newline. */
export function someLines(content: Content, count: number, seed: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => LINE_OF[content](seed + index))
}

const LINE_OF: Readonly<Record<Content, (number: number) => Buffer>> = {
  usual: (number) => Buffer.from(`GET /items/${number} 200 took ${number % 7} ms`),
  'ever new': (number) => Buffer.from(`${wordOf(number)} ${wordOf(number * 7)} ${wordOf(number * 31)}`),
  huge: (number) => Buffer.from(`${wordOf(number)} ${'x'.repeat(3000)}`),
  binary: (number) =>
    Buffer.from(Array.from({ length: 40 }, (_, at) => notNewline((number * 37 + at * at) % 256))),
  empty: () => Buffer.alloc(0),
  'many words': (number) =>
    Buffer.from(Array.from({ length: 200 }, (_, at) => wordOf(number + at)).join(' ')),
}

/** Without a digit. */
function wordOf(number: number): string {
  return number.toString(36).replaceAll(/\d/g, (digit) => 'ABCDEFGHIJ'[Number(digit)]!)
}

function notNewline(byte: number): number {
  return byte === 10 || byte === 13 ? 0x1b : byte
}
