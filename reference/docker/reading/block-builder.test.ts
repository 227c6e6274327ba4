import { expect, test } from 'vitest'
import { BlockBuilder } from './block-builder.ts'
import { stampOf } from './parsing/stamp.ts'

const SOURCE = { id: 'a', kind: 'container', name: 'a', attributes: {} } as const
const POSITION = { epoch: 0, records: 0, toJSON: (): null => null }

test('a block has the bytes, the stream and the time of each record, however many there are, and the next one begins anew', () => {
  const builder = new BlockBuilder()
  for (const count of [1, 3, 100]) {
    const texts = Array.from({ length: count }, (_, n) => 'x'.repeat(n * 5))
    texts.forEach((text, n) => {
      builder.push(
        1 + (n % 2),
        Buffer.from(`.${stampOf(n)}`),
        1,
        Buffer.from(`<${text}>`),
        1,
        1 + text.length,
      )
    })
    expect(builder).toMatchObject({ count, length: texts.join('\n').length + 1 })
    const block = builder.take(SOURCE, 2, 7, POSITION)
    expect(block).toMatchObject({ source: SOURCE, epoch: 2, firstRecord: 7, position: POSITION })
    expect(Buffer.from(block.bytes).toString()).toBe(texts.map((text) => `${text}\n`).join(''))
    expect(Array.from(block.ends)).toEqual(texts.map((_, n) => texts.slice(0, n + 1).join('\n').length + 1))
    expect(Array.from(block.streams)).toEqual(texts.map((_, n) => 1 + (n % 2)))
    expect(Array.from(block.times)).toEqual(texts.map((_, n) => BigInt(n) * 1_000_000n))
    expect(builder).toMatchObject({ count: 0, length: 0 })
  }
})
