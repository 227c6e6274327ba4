import { expect, test } from 'vitest'
import { matches } from '../../../simulators/index.ts'
import { subjectOf, subjectsOf } from './subject.ts'

const id = '0123456789abcdef'.repeat(4)

test.for([
  ['web', 'web'],
  ['web-1_a', 'web-1_a'],
  ['shop.web.1', 'shop%2Eweb%2E1'],
  ['*', '%2A'],
  ['>', '%3E'],
  ['a b\tc\r\n', 'a%20b%09c%0D%0A'],
  ['100%', '100%25'],
  ['größe', 'gr%C3%B6%C3%9Fe'],
  ['', '_'],
] as const)('the name %j is the token %s', ([name, token]) => {
  const subject = subjectOf('logs', { id, kind: 'container', name })
  expect(subject).toBe(`logs.${token}.0123456789ab`)
  expect(subject.split('.')).toHaveLength(3)
  expect(matches(subjectsOf('logs'), subject)).toBe(true)
})

test('a long name is cut, at no place within an escape', () => {
  for (let length = 195; length <= 205; length++) {
    const name = `${'x'.repeat(length)}.${'y'.repeat(300)}`
    const [, token = ''] = subjectOf('logs', { id, kind: 'container', name }).split('.')
    expect(token.length).toBeLessThanOrEqual(200)
    expect(decodeURIComponent(token)).toBe(name.slice(0, decodeURIComponent(token).length))
  }
})

test('sources of one name have subjects of their own, also where an id is a path', () => {
  const subjects = ['/var/log/a.log', '/var/log/b/a.log'].map((path) =>
    subjectOf('logs', { id: path, kind: 'file', name: 'a.log' }),
  )
  expect(new Set(subjects).size).toBe(2)
  for (const subject of subjects) expect(subject).toMatch(/^logs\.a%2Elog\.[0-9a-f]{12}$/)
})
