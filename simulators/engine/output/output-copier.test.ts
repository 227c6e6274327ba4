import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { OutputCopier } from './output-copier.ts'

const CHUNK_BYTES = 16_384

/** Cuts pieces written one after the other into messages; stamps are counted. */
function copy(pieces: readonly Uint8Array[]): { stamp: number; data: string }[] {
  const messages: { stamp: number; data: string }[] = []
  let stamps = 0
  const copier = new OutputCopier(
    CHUNK_BYTES,
    () => Uint8Array.of(stamps++),
    (stamp, data) => messages.push({ stamp: stamp[0]!, data: Buffer.from(data).toString('latin1') }),
  )
  for (const piece of pieces) copier.write(piece)
  copier.end()
  return messages
}

/** Lengths of the messages one line of so many bytes becomes. */
const lengthsOf = (line: number): number[] =>
  copy(text(`${'x'.repeat(line)}\n`)).map(({ data }) => data.length)

const text = (content: string): Uint8Array[] => [Buffer.from(content)]

test('each line is a message with its newline, the last one without if it lacks it', () => {
  expect(copy(text('one\n\ntwo\nthree')).map(({ data }) => data)).toEqual(['one\n', '\n', 'two\n', 'three'])
})

test('a line over 16 KiB becomes chunks with the stamp of the first', () => {
  const messages = copy(text(`${'x'.repeat(2 * CHUNK_BYTES + 5)}\nnext\n`))
  expect(messages.map(({ data }) => data.length)).toEqual([CHUNK_BYTES, CHUNK_BYTES, 6, 5])
  expect(messages.map(({ stamp }) => stamp)).toEqual([0, 0, 0, 1])
})

test('a newline that does not fit into 16 KiB is a message of its own', () => {
  expect(lengthsOf(CHUNK_BYTES - 1)).toEqual([CHUNK_BYTES])
  expect(lengthsOf(CHUNK_BYTES)).toEqual([CHUNK_BYTES, 1])
})

test('how output is split into writes does not change the messages', () => {
  const lines = fc.array(fc.integer({ min: 0, max: 3 * CHUNK_BYTES }), { maxLength: 5 })
  const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 })
  fc.assert(
    fc.property(lines, cuts, fc.boolean(), (lengths, places, ended) => {
      const output = Buffer.from(lengths.map((length) => 'x'.repeat(length)).join('\n') + (ended ? '\n' : ''))
      const at = [0, ...places.map((place) => Math.floor(place * output.length)), output.length].toSorted(
        (a, b) => a - b,
      )
      const pieces = at.slice(1).map((end, index) => output.subarray(at[index], end))
      expect(copy(pieces)).toEqual(copy([output]))
    }),
    { numRuns: 50 },
  )
})

test('a later chunk carries the first stamp though stamps are written over one another', () => {
  const reused = Uint8Array.of(0)
  const stamps: number[] = []
  const stampOf = (number: number) => (): Uint8Array => (reused.fill(number), reused)
  const store = (stamp: Uint8Array): void => void stamps.push(stamp[0]!)
  const [one, other] = [1, 2].map((number) => new OutputCopier(CHUNK_BYTES, stampOf(number), store))
  one!.write(Buffer.from('x'.repeat(CHUNK_BYTES + 1)))
  other!.write(Buffer.from('line\n'))
  one!.write(Buffer.from('rest\n'))
  expect(stamps).toEqual([1, 2, 1])
})
