import { expect, test } from 'vitest'
import { fileNameOf } from './file-name.ts'

const id = '0123456789abcdef'

test('an ordinary name stays as it is', () => {
  expect(fileNameOf({ name: 'compose-web_1.x', id })).toBe('compose-web_1.x-0123456789ab.log')
})

test('a name cannot leave the directory, hide the file or end its name', () => {
  const names = ['../../etc/cron', '..', '/', 'a\0b', 'é', '.hidden'].map((name) => fileNameOf({ name, id }))
  expect(names.map((name) => name.replace('-0123456789ab.log', ''))).toEqual([
    '%2E.%2F..%2Fetc%2Fcron',
    '%2E.',
    '%2F',
    'a%00b',
    '%C3%A9',
    '%2Ehidden',
  ])
  expect(fileNameOf({ name: 'a', id: '../../x' })).toBe('a-..%2F..%2Fx.log')
})

test('a long name is cut to 200 bytes, between escapes', () => {
  for (let length = 60; length < 70; length++) {
    const name = fileNameOf({ name: `${'x'.repeat(length % 4)}${'é'.repeat(length)}`, id })
    expect(name.length).toBeLessThanOrEqual(200)
    expect(() =>
      decodeURIComponent(name.slice(0, name.lastIndexOf('-')).replace(/(%[^C]\w)$/, '$1')),
    ).not.toThrow(TypeError)
  }
  expect(fileNameOf({ name: 'n'.repeat(255), id })).toHaveLength(200)
})
