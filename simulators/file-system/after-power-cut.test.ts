import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SeededRandom } from '../world/seeded-random.ts'
import { SECTOR_BYTES } from './after-power-cut.ts'
import { FileNode } from './file-node.ts'

/** The contents left in many power cuts that differ only by their seed. */
function everyOutcome(prepare: (file: FileNode) => void): string[] {
  const outcomes = new Set<string>()
  for (let seed = 0; seed < 300; seed++) {
    const file = new FileNode(1)
    prepare(file)
    file.losePower(new SeededRandom(seed))
    outcomes.add(textOf(file))
  }
  return [...outcomes].toSorted()
}

const textOf = (file: FileNode): string => Buffer.from(file.contents).toString('latin1')
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')

describe('a power cut', () => {
  test('leaves what was synced', () => {
    const left = everyOutcome((file) => {
      file.write(bytes('synced'), 0)
      file.sync()
    })
    expect(left).toEqual(['synced'])
  })

  test('keeps or loses a write within a sector; it may have grown the file and not have filled it', () => {
    const left = everyOutcome((file) => {
      file.write(bytes('ab'), 0)
      file.sync()
      file.write(bytes('cd'), 2)
    })
    expect(left).toEqual(['ab', 'ab\0\0', 'abcd'])
  })

  test('never keeps a write of a sector and loses an earlier one of the same', () => {
    const left = everyOutcome((file) => {
      file.write(bytes('a'), 0)
      file.write(bytes('b'), 1)
    })
    expect(left).toEqual(['', '\0', '\0\0', 'a', 'a\0', 'ab'])
  })

  test('leaves what was there before all of the writes that it takes', () => {
    const left = everyOutcome((file) => {
      file.write(bytes('ab'), 0)
      file.sync()
      file.write(bytes('X'), 0)
      file.write(bytes('Y'), 0)
    })
    expect(left).toEqual(['Xb', 'Yb', 'ab'])
  })

  test('tears a write at the borders of sectors', () => {
    const [head, tail] = ['h'.repeat(SECTOR_BYTES), 't'.repeat(SECTOR_BYTES)]
    const holes = ['\0'.repeat(SECTOR_BYTES), head, tail]
    const left = everyOutcome((file) => file.write(bytes(head + tail), 0))
    expect(left).toContain(head + holes[0])
    expect(left).toContain(holes[0] + tail)
    for (const text of left) {
      expect(text.length % SECTOR_BYTES).toBe(0)
      for (let at = 0; at < text.length; at += SECTOR_BYTES)
        expect(holes).toContain(text.slice(at, at + SECTOR_BYTES))
    }
  })

  test('undoes a truncation whole or not at all: what was cut does not show in what was written behind it', () => {
    const left = everyOutcome((file) => {
      file.write(bytes('oldold'), 0)
      file.sync()
      file.truncate(0)
      file.write(bytes('new'), 0)
    })
    expect(left).toEqual(['', '\0\0\0', 'new', 'oldold'])
  })

  test('leaves NULs where a file was cut and grew again', () => {
    const left = everyOutcome((file) => {
      file.write(bytes('abc'), 0)
      file.truncate(1)
      file.sync()
      file.truncate(3)
    })
    expect(left).toEqual(['a', 'a\0\0'])
  })

  test('is the same again with the same seed', () => {
    const left = [1, 2].map(() => {
      const file = new FileNode(1)
      for (let i = 0; i < 50; i++) file.write(bytes(String(i).repeat(100)), i * 100)
      file.losePower(new SeededRandom(11))
      return textOf(file)
    })
    expect(left[0]).toBe(left[1])
  })
})

const change = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      at: fc.nat(2000),
      write: fc.uint8Array({ minLength: 1, maxLength: 1500, min: 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ truncate: fc.nat(3000) }) },
  { weight: 1, arbitrary: fc.constant('sync' as const) },
)

test('every byte that is left was there at some moment since the last sync, or is NUL; the size too', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), fc.nat(), (changes, seed) => {
      const file = new FileNode(1)
      let moments = [new Uint8Array()]
      for (const each of changes) {
        if (each === 'sync') file.sync()
        else if ('truncate' in each) file.truncate(each.truncate)
        else file.write(each.write, each.at)
        if (each === 'sync') moments = []
        moments.push(file.contents.slice())
      }
      file.losePower(new SeededRandom(seed))
      expect(moments.map((moment) => moment.byteLength)).toContain(file.size)
      file.contents.forEach((byte, at) => {
        if (byte !== 0) expect(moments.map((moment) => moment[at])).toContain(byte)
      })
    }),
  )
})
