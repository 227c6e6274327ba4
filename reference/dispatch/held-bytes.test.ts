import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { createReader } from '../docker/reading/create-reader.ts'
import type { Block } from './block.ts'
import { blockBytes, heldBytes } from './held-bytes.ts'
import { blockOf, sourceOf } from './pipeline-rig.test-helper.ts'
import { sliceRecords } from './pipeline/slice-records.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** Memory in use once everything that can be freed is, bytes. */
function usedBytes(): number {
  for (let n = 0; n < 3; n++) collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function frame(stamp: string, line: string): Buffer {
  const body = Buffer.from(`${stamp} ${line}`)
  const header = Buffer.alloc(8)
  header[0] = 1
  header.writeUInt32BE(body.length, 4)
  return Buffer.concat([header, body])
}

function stampOf(n: number): string {
  return `2026-01-01T00:00:00.${String(n).padStart(9, '0')}Z`
}

const SHAPES: Record<string, (n: number) => Buffer> = {
  'one line at a time': (n) => frame(stampOf(n), `line ${n} ${'a'.repeat(80)}\n`),
  'a line of 4 KiB at a time': (n) => frame(stampOf(n), `${'x'.repeat(4096)}\n`),
  'pieces of long lines': (n) =>
    frame(stampOf(Math.floor(n / 63)), n % 63 === 62 ? 'end\n' : 'x'.repeat(16_384)),
  'a large block and a small one': (n) =>
    n % 2 === 1
      ? frame(stampOf(n * 2000), 'z\n')
      : Buffer.concat(
          Array.from({ length: 2000 }, (_, k) => frame(stampOf(n * 2000 + k), `${'y'.repeat(100)}\n`)),
        ),
}

/** Blocks as readers make them, until they are said to hold so much. */
function blocksOf(next: (n: number) => Buffer, bytes: number): Block[] {
  const blocks: Block[] = []
  let counted = 0
  for (let reader = 0; counted < bytes; reader++) {
    const source = sourceOf(`s${reader}`)
    const from = createReader({
      source,
      tty: false,
      poll: false,
      maxLineBytes: 2 ** 20,
      from: 'start',
    })
    from.open('snapshot')
    for (let n = 0; n < 2000 && counted < bytes; n++) {
      from.push(next(n))
      const block = from.take()
      if (block === undefined || block.ends.length === 0) continue
      blocks.push(block)
      counted += blockBytes(block)
    }
  }
  return blocks
}

for (const [shape, next] of Object.entries(SHAPES)) {
  test(`blocks of ${shape} really hold at most 1.25 times what is counted`, () => {
    blocksOf(next, 1 << 20)
    const before = usedBytes()
    const blocks = blocksOf(next, 8 << 20)
    const real = usedBytes() - before
    const counted = blocks.reduce((sum, block) => sum + blockBytes(block), 0)
    const ratio = real / counted
    expect.soft(ratio, `${blocks.length} blocks`).toBeLessThanOrEqual(1.25)
    expect(ratio).toBeGreaterThan(0.75)
  })
}

test('a buffer that blocks share is held once, and a part of a block holds all of its buffers', () => {
  const block = blockOf(sourceOf('a'), 0, ['1', '2', 'x'.repeat(10_000)])
  const part = sliceRecords(block, 0, 1)
  expect(blockBytes(part)).toBeGreaterThan(10_000)
  expect(heldBytes([block, part])).toBeLessThan(blockBytes(block) + blockBytes(part) - 9000)
})
