import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PushRefusal } from './push-refusal.ts'
import { readPush, type PushRequest } from './push-request.ts'

const LIMITS = { maxLineBytes: 1024, recordsMax: 5 }

function linesOf({ files }: PushRequest): Record<string, string[]> {
  return Object.fromEntries(
    files.map(({ path, bytes, ends }) => [
      path,
      [...ends].map((end, n) => Buffer.from(bytes.subarray(n === 0 ? 0 : ends[n - 1], end)).toString()),
    ]),
  )
}

test('a message is a line, one of several lines is one for each, whatever newline it ends in', () => {
  const body = [
    { message: 'a', file: 'x' },
    { message: 'b\nc\n', file: '/x.log' },
    { message: '', file: 'y' },
    { message: '\n', file: 'y' },
  ]
  const request = readPush(body, undefined, LIMITS)
  expect(linesOf(request)).toEqual({ 'x.log': ['a\n', 'b\n', 'c\n'], 'y.log': ['\n', '\n'] })
  expect(request).toMatchObject({ records: 5, bytes: 8, key: null })
})

describe('is refused whole, with the reason:', () => {
  const one = { message: 'a', file: 'x' }
  test.each([
    ['nothing', undefined, undefined, 400, 'Cannot read the body'],
    ['a text', 'a', undefined, 400, 'Cannot read the body'],
    ['an empty list', [], undefined, 400, 'Cannot read the body'],
    ['no file', { message: 'a' }, undefined, 400, 'Cannot read the body'],
    ['a number for a message', { message: 1, file: 'x' }, undefined, 400, 'Cannot read the body'],
    ['a key of its own', { ...one, level: 'info' }, undefined, 400, 'with nothing else in it'],
    ['half of a character', { message: 'a\uD800b', file: 'x' }, undefined, 400, 'half a pair of surrogates'],
    ['one bad name among good ones', [one, { message: 'a', file: '..' }], undefined, 400, 'leads out'],
    ['too many messages', [one, one, one, one, one, one], undefined, 413, 'more than 5 lines'],
    [
      'a message of too many lines',
      { message: 'a\n'.repeat(6), file: 'x' },
      undefined,
      413,
      'more than 5 lines',
    ],
    ['a long line', [one, { message: 'é'.repeat(600), file: 'x' }], undefined, 413, 'a line of 1200 bytes'],
    ['a key of two words', one, 'a b', 400, 'Idempotency-Key'],
    ['an empty key', one, '', 400, 'Idempotency-Key'],
    ['a long key', one, 'k'.repeat(129), 400, 'Idempotency-Key'],
  ])('%s', (_, body, key, status, why) => {
    const read = (): unknown => readPush(body, key, LIMITS)
    expect(read).toThrow(why)
    expect(read).toThrow(expect.objectContaining({ status }))
  })
})

function digest(body: unknown): string {
  return readPush(body, 'k', LIMITS).digest
}

test('the digest is the same for the same lines and files, and for no others', () => {
  const one = digest({ message: 'a', file: 'x' })
  expect(digest([{ file: '/x.log', message: 'a\n' }])).toBe(one)
  for (const other of [
    { message: 'b', file: 'x' },
    { message: 'a', file: 'y' },
    { message: 'a\n\n', file: 'x' },
  ])
    expect(digest(other)).not.toBe(one)
})

test('whatever JSON comes is read or refused, and what is read has whole lines only', () => {
  const entry = fc.record({ message: fc.string({ unit: 'binary' }), file: fc.string({ unit: 'binary' }) })
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), entry, fc.array(entry)), (body) => {
      let request: PushRequest
      try {
        request = readPush(body, 'k', LIMITS)
      } catch (error) {
        expect(error).toBeInstanceOf(PushRefusal)
        return
      }
      for (const { path, bytes, ends } of request.files) {
        expect(path).not.toMatch(/(?:^|\/)\.\.?(?:\/|$)|^\/|\0/)
        expect(ends.at(-1)).toBe(bytes.length)
        expect(bytes.filter((byte) => byte === 10).length).toBe(ends.length)
        for (const end of ends) expect(bytes[end - 1]).toBe(10)
      }
    }),
    { numRuns: 50 },
  )
})
