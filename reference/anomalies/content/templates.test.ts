import { describe, expect, test } from 'vitest'
import { templateText } from './template.ts'
import { TemplateTree } from './template-tree.ts'
import { Tokens, TOKENS_MAX } from './tokens.ts'

/** The templates of some lines, as text. */
function templatesOf(lines: readonly (string | Uint8Array)[], max = 64): string[] {
  const tree = new TemplateTree(max)
  const tokens = new Tokens()
  lines.forEach((line, index) => {
    const bytes = Buffer.from(line)
    tokens.read(bytes)
    const template = tree.match(tokens) ?? tree.add(tokens, bytes)
    template.lastLine = index + 1
  })
  return [...tree].map(templateText)
}

describe('templates', () => {
  test('lines that differ in numbers are one', () => {
    expect(templatesOf(['took 12 ms', 'took 3456 ms'])).toEqual(['took <*> ms'])
  })

  test('lines that differ in a word are one, with the word left out', () => {
    expect(templatesOf(['user alice has logged in', 'user bob has logged in'])).toEqual([
      'user <*> has logged in',
    ])
  })

  test('lines that have less than half of their words in common are two', () => {
    expect(templatesOf(['user alice has logged in', 'user has no such file'])).toHaveLength(2)
  })

  test('words are found in JSON and in pairs, of whichever form', () => {
    expect(
      templatesOf([
        '{"level":"info","path":"/a/1","ms":12}',
        '{"level":"info","path":"/a/2","ms":7}',
        'level=info path=/a/1 ms=12',
      ]),
    ).toEqual(['{"level":"info","path":"<*>","ms":<*>}'])
  })

  test('the same keys, or values in the same places, make no two lines alike', () => {
    expect(
      templatesOf([
        '{"level":"info","event":"order placed","user":"alice","ms":12}',
        '{"level":"warn","event":"payment retried","user":"alice","ms":700}',
        '{"level":"info","event":"order placed","user":"bob","ms":7}',
        '2026-01-05 12:00:01.250 INFO order placed',
        '2026-01-05 12:00:01.251 INFO disk full',
      ]),
    ).toEqual([
      '{"level":"info","event":"order placed","user":"<*>","ms":<*>}',
      '{"level":"warn","event":"payment retried","user":"alice","ms":<*>}',
      '<*> <*>:<*>:<*> INFO order placed',
      '<*> <*>:<*>:<*> INFO disk full',
    ])
  })

  test('of many words the first 32 count', () => {
    const words = Array.from({ length: TOKENS_MAX }, () => 'word').join(' ')
    expect(templatesOf([`${words} a`, `${words} b c`])).toHaveLength(1)
  })

  test('an empty line and one of a single word are templates too', () => {
    expect(templatesOf(['', 'ready', '', 'ready', 'stopping'])).toEqual(['', 'ready', 'stopping'])
  })

  test('of more than may be kept the one that was not seen for longest goes', () => {
    expect(templatesOf(['a', 'b', 'a', 'c'], 2)).toEqual(['a', 'c'])
  })

  test('a terminal is told nothing by their text', () => {
    const line = Buffer.from('\x1b[31mred\x07 \u202eevil \u2028line \xff\u009b', 'utf8')
    const [text = ''] = templatesOf([line])
    expect(text).toBe('\\x1b[<*>\\x07 \\u202eevil \\u2028line \u00ff\\x9b')
    expect(templatesOf([Uint8Array.of(0xff, 0xfe, 0x41)])).toEqual(['\ufffd\ufffdA'])
  })
})
