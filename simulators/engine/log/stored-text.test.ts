import { expect, test } from 'vitest'
import { storedText } from './stored-text.ts'

const stored = (hex: string): string => Buffer.from(storedText(Buffer.from(hex, 'hex'))).toString()

test('text is stored as it is, and not copied', () => {
  const text = Buffer.from('aé漢🦀')
  expect(storedText(text)).toBe(text)
})

test('each byte that belongs to no whole character is replaced', () => {
  expect(stored('61c3')).toBe('a\ufffd')
  expect(stored('a962')).toBe('\ufffdb')
  expect(stored('e6bc')).toBe('\ufffd\ufffd')
  expect(stored('61ff62fe63')).toBe('a\ufffdb\ufffdc')
  expect(stored('f09fa6c3a9')).toBe('\ufffd\ufffd\ufffdé')
})
