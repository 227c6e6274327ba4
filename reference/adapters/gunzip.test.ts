import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { gunzip } from './gunzip.ts'

const TEXT = 'a line\n'.repeat(50_000)

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000)
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield gzipSync(TEXT).subarray(0, 100)
  throw new Error('the disk failed')
}

async function unpacked(packed: AsyncIterable<Uint8Array>): Promise<string> {
  const found: Uint8Array[] = []
  for await (const piece of gunzip(packed)) found.push(piece)
  return Buffer.concat(found).toString()
}

test('unpacks every member, wherever the bytes are cut', async () => {
  const packed = Buffer.concat([gzipSync(TEXT), gzipSync('the end\n')])
  expect(await unpacked(pieces(packed))).toBe(`${TEXT}the end\n`)
})

test('rejects what is no gzip', async () => {
  await expect(unpacked(pieces(Buffer.from('plain text')))).rejects.toThrow(/incorrect header/)
})

test('rejects with what kept the bytes from being read', async () => {
  await expect(unpacked(broken())).rejects.toThrow('the disk failed')
})

test('ends what it reads from when nobody wants more', async () => {
  let ended = false
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      yield gzipSync(TEXT)
      for (;;) yield gzipSync(TEXT)
    } finally {
      ended = true
    }
  }
  for await (const _ of gunzip(endless())) break
  expect(ended).toBe(true)
})
