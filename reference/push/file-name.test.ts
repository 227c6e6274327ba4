import { describe, expect, test } from 'vitest'
import { pushedPath } from './file-name.ts'

test.each([
  ['app.log', 'app.log'],
  ['app', 'app.log'],
  ['/var/log/app.log', 'var/log/app.log'],
  ['//var//log/./app.txt', 'var/log/app.txt.log'],
  ['.hidden', '.hidden.log'],
  ['...', '....log'],
  ['Größe/日本.log', 'Größe/日本.log'],
  ['web.log.000001', 'web.log.000001.log'],
  ['jobs/web-0123456789ab.log', 'jobs/web-0123456789ab.log'],
])('%s is written to %s', (name, path) => {
  expect(pushedPath(name)).toBe(path)
  expect(pushedPath(path)).toBe(path)
})

describe('is refused, and why is said:', () => {
  test.each([
    ['../app.log', 'no name leads out'],
    ['a/../../etc/passwd', 'no name leads out'],
    ['/..', 'no name leads out'],
    ['a/..', 'no name leads out'],
    ['a\0b.log', 'contains a NUL'],
    ['a\u001B[2Jb.log', 'contains a control character'],
    ['a\nb.log', 'contains a control character'],
    ['\uD800.log', 'is not Unicode'],
    ['', 'names no file'],
    ['/', 'names no file'],
    ['a/', 'names no file'],
    ['a/.', 'names no file'],
    [`${'x'.repeat(201)}.log`, 'a part of more than 200 bytes'],
    [`${'é'.repeat(101)}/a.log`, 'a part of more than 200 bytes'],
    ['d/'.repeat(500) + 'a.log', 'more than 1000 bytes'],
    ['web-0123456789ab.log', 'the file of a container'],
    ['web-0123456789ab', 'the file of a container'],
  ])('%j', (name, why) => {
    const refused = (): string => pushedPath(name)
    expect(refused).toThrow(why)
    expect(refused).toThrow(expect.objectContaining({ status: 400 }))
  })
})
