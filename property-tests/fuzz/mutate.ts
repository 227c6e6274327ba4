import type { SeededRandom } from '../../simulators/index.ts'

/** Longer inputs show nothing that shorter ones do not, and take longer. */
const INPUT_BYTES_MAX = 8192
const CHANGES_MAX = 8
/** Of a hundred inputs so many are not made of one that is understood. */
const NOISE_SHARE = 0.05
/** Bounds of numbers and the marks that formats are made of. */
const BYTES = [0, 1, 2, 3, 0x7f, 0x80, 0xc3, 0xe2, 0xf0, 0xff, ...Buffer.from('\t\n\r "\\{}[]:,-0129Z#&*')]
const NUMBERS = [0, 1, 7, 8, 0x7f, 0xff, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff]

/** An input that is almost one of the corpus: a few bytes, numbers, ranges or words of it are changed. */
export function mutated(
  corpus: readonly Uint8Array[],
  words: readonly string[],
  random: SeededRandom,
): Uint8Array {
  if (random.chance(NOISE_SHARE)) return noise(random, random.integer(0, 64))
  let bytes = Buffer.from(oneOf(corpus, random))
  for (let changes = random.integer(1, CHANGES_MAX); changes > 0; changes--)
    bytes = changed(bytes, corpus, words, random)
  return bytes.subarray(0, INPUT_BYTES_MAX)
}

/** The bytes in pieces of any sizes, empty ones too. */
export function pieces(bytes: Uint8Array, random: SeededRandom): Uint8Array[] {
  const cut: Uint8Array[] = []
  const most = oneOf([1, 3, 16, 200, 4096], random)
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + random.integer(0, most))
    cut.push(bytes.subarray(at, end))
    at = end
  }
  return cut
}

function changed(
  bytes: Buffer<ArrayBuffer>,
  corpus: readonly Uint8Array[],
  words: readonly string[],
  random: SeededRandom,
): Buffer<ArrayBuffer> {
  const at = random.integer(0, bytes.length)
  const end = Math.min(bytes.length, at + random.integer(0, oneOf([1, 4, 32, 1024], random)))
  const replaced = (middle: Uint8Array, until = end): Buffer<ArrayBuffer> =>
    Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(until)])
  switch (random.integer(0, 9)) {
    case 0:
      return replaced(Uint8Array.of((bytes[at] ?? 0) ^ (1 << random.integer(0, 7))), at + 1)
    case 1:
      return replaced(Uint8Array.of(oneOf(BYTES, random)), at + random.integer(0, 1))
    case 2:
      return replaced(new Uint8Array(0))
    case 3:
      return replaced(noise(random, random.integer(0, 16)))
    case 4:
      // What is there, twice.
      return replaced(Buffer.concat([bytes.subarray(at, end), bytes.subarray(at, end)]))
    case 5:
      return bytes.subarray(0, at)
    case 6:
      return replaced(numberBytes(random), at + 4)
    case 7:
      return replaced(Buffer.from(decimal(random)), random.chance(0.5) ? at : digitsEnd(bytes, at))
    case 8: {
      const other = oneOf(corpus, random)
      const from = random.integer(0, other.length)
      return replaced(other.subarray(from, random.integer(from, other.length)))
    }
    default:
      return words.length === 0 ? replaced(noise(random, 1)) : replaced(Buffer.from(oneOf(words, random)), at)
  }
}

function numberBytes(random: SeededRandom): Uint8Array {
  const bytes = Buffer.alloc(4)
  if (random.chance(0.5)) bytes.writeUInt32BE(oneOf(NUMBERS, random))
  else bytes.writeUInt32LE(oneOf(NUMBERS, random))
  return bytes
}

function decimal(random: SeededRandom): string {
  const number = oneOf(NUMBERS, random)
  return oneOf([`${number}`, `-${number}`, `${number}.5`, `1e${number % 400}`, '9'.repeat(30)], random)
}

function digitsEnd(bytes: Uint8Array, at: number): number {
  let end = at
  while (end < bytes.length && bytes[end]! >= 0x30 && bytes[end]! <= 0x39) end += 1
  return end
}

function noise(random: SeededRandom, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.integer(0, 255))
}

function oneOf<T>(values: readonly T[], random: SeededRandom): T {
  return values[random.integer(0, values.length - 1)]!
}
