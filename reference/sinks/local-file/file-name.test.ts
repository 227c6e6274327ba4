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

test('of a file the last part of its path is taken, of what is pushed the whole path', () => {
  const name = 'apps/web/access.log'
  const names = (['container', 'file', 'push'] as const).map((kind) => fileNameOf({ kind, name, id }))
  expect(names).toEqual([
    'apps%2Fweb%2Faccess.log-0123456789ab.log',
    'access.log-0123456789ab.log',
    'apps/web/access.log',
  ])
  expect(fileNameOf({ kind: 'file', name: 'access.log', id })).toBe('access.log-0123456789ab.log')
})

test('whatever is no letter, digit or one of four signs is encoded, byte by byte', () => {
  expect(fileNameOf({ name: 'aZ9_.- \t\uD800%', id: 'x' })).toBe('aZ9_.- %09%EF%BF%BD%25-x.log')
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
  const room = 200 - '-0123456789ab.log'.length
  for (const [name, cut] of [
    ['n'.repeat(room), 'n'.repeat(room)],
    [`${'n'.repeat(room - 3)}/`, `${'n'.repeat(room - 3)}%2F`],
    [`${'n'.repeat(room - 2)}/`, 'n'.repeat(room - 2)],
    [`${'n'.repeat(room - 1)}/`, 'n'.repeat(room - 1)],
    [`${'n'.repeat(room - 4)}/m`, `${'n'.repeat(room - 4)}%2Fm`],
    [`${'n'.repeat(room - 4)}/mm`, `${'n'.repeat(room - 4)}%2Fm`],
  ] as const)
    expect(fileNameOf({ name, id })).toBe(`${cut}-0123456789ab.log`)
})
