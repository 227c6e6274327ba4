import { expect, test } from 'vitest'
import { StdoutSink } from './stdout-sink.ts'

const { signal } = new AbortController()
const source = { id: 'c1', kind: 'container', name: 'web', attributes: {} } as const

function batch(text: string, firstRecord = 0) {
  const bytes = Buffer.from(`${text}\n`)
  const block = {
    source,
    bytes,
    ends: Uint32Array.of(bytes.byteLength),
    streams: Uint8Array.of(1),
    times: BigInt64Array.of(0n),
    epoch: 0,
    firstRecord,
    position: { epoch: 0, records: firstRecord + 1, toJSON: () => null },
  }
  return { parts: [{ source, blocks: [block], mark: undefined }], records: 1, bytes: bytes.byteLength }
}

test('one write is under way at a time, also when one was no longer waited for', async () => {
  const taken: (() => void)[] = []
  const sink = new StdoutSink(() => new Promise((resolve) => taken.push(resolve)))
  const given = new AbortController()
  const first = sink.write(batch('one'), given)
  await Promise.resolve()
  given.abort()
  await expect(first).rejects.toBe(given.signal.reason)
  const second = sink.write(batch('two', 1), { signal })
  await Promise.resolve()
  expect(taken).toHaveLength(1)
  taken[0]!()
  await new Promise((resolve) => setImmediate(resolve))
  expect(taken).toHaveLength(2)
  taken[1]!()
  expect(await second).toEqual({ kind: 'stored', marks: [undefined] })
})

test('what a write that was no longer waited for has written is not written again', async () => {
  const written: string[] = []
  const taken: (() => void)[] = []
  const sink = new StdoutSink((pieces) => {
    written.push(...pieces.map((piece) => JSON.parse(Buffer.from(piece).toString()).line))
    return new Promise((resolve) => taken.push(resolve))
  })
  const given = new AbortController()
  const first = sink.write(batch('one'), given)
  await Promise.resolve()
  given.abort()
  await expect(first).rejects.toBe(given.signal.reason)
  const again = sink.write(batch('one'), { signal })
  taken[0]!()
  await new Promise((resolve) => setImmediate(resolve))
  expect(written).toEqual(['one'])
  expect(await again).toEqual({ kind: 'stored', marks: [undefined] })
  expect(written).toEqual(['one'])
  const more = sink.write(batch('two', 1), { signal })
  await new Promise((resolve) => setImmediate(resolve))
  taken[1]!()
  expect((await more).kind).toBe('stored')
  expect(written).toEqual(['one', 'two'])
})

test('a broken pipe is refused, and health says so until a write goes through', async () => {
  let broken = true
  const sink = new StdoutSink(() => (broken ? Promise.reject(new Error('write EPIPE')) : Promise.resolve()))
  const why = 'Standard output takes nothing: write EPIPE'
  expect(await sink.write(batch('one'), { signal })).toEqual({ kind: 'refused', why })
  expect(sink.checks()).toEqual({ stdout: { ok: false, detail: why } })
  broken = false
  expect((await sink.write(batch('one'), { signal })).kind).toBe('stored')
  expect(sink.checks()['stdout']?.ok).toBe(true)
})
