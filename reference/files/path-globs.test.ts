import { describe, expect, test } from 'vitest'
import { compareRotated, isCompressed, nameBeforeRotation } from './rotated-names.ts'
import { PathGlobs } from './path-globs.ts'

describe('globs', () => {
  const globs = new PathGlobs(
    ['/var/log/*.log', '/srv/**/*.log', '/opt/{a,b}/c?.txt', '/exact/file'],
    ['**/*debug*', '/srv/private/**'],
    ['/srv/out'],
  )

  test.each([
    ['/var/log/a.log', true],
    ['/var/log/b/a.log', false],
    ['/var/log/.hidden.log', false],
    ['/srv/a.log', true],
    ['/srv/x/y/z/a.log', true],
    ['/srv/x/debug.log', false],
    ['/srv/private/a.log', false],
    ['/srv/out/a.log', false],
    ['/srv/outer/a.log', true],
    ['/opt/a/c1.txt', true],
    ['/opt/d/c1.txt', false],
    ['/exact/file', true],
    ['/exact/file2', false],
  ])('%s: %s', (path, wanted) => {
    expect(globs.wants(path)).toBe(wanted)
  })

  test('say where something may be found, and how deep', () => {
    expect(globs.roots).toEqual([
      { directory: '/var/log', depth: 0 },
      { directory: '/srv', depth: Infinity },
      { directory: '/opt', depth: 1 },
      { directory: '/exact', depth: 0 },
    ])
  })

  test('say which directories nobody has to look into', () => {
    expect(globs.excludes('/srv/private')).toBe(true)
    expect(globs.excludes('/srv/out')).toBe(true)
    expect(globs.excludes('/srv/x')).toBe(false)
  })
})

describe('a rotated file', () => {
  test.each([
    ['app.log.1', 'app.log'],
    ['app.log.000001', 'app.log'],
    ['app.log-20260101', 'app.log'],
    ['app.log.2026-01-01T10:00:00', 'app.log'],
    ['app.log.old', 'app.log'],
    ['app.log', null],
    ['app-1.log', null],
    ['app.log.1.gz', null],
  ])('%s was %s', (name, before) => {
    expect(nameBeforeRotation(name)).toBe(before)
  })

  test('that is compressed is told by its name', () => {
    expect(['a.log.1.gz', 'a.log.xz', 'a.zst'].every(isCompressed)).toBe(true)
    expect(['a.log', 'gz', 'a.gzip.log'].some(isCompressed)).toBe(false)
  })

  test('with a higher number is older, with a later date newer', () => {
    expect(['a.1', 'a.10', 'a.2'].toSorted(compareRotated)).toEqual(['a.10', 'a.2', 'a.1'])
    expect(['a-20260102', 'a-20260101'].toSorted(compareRotated)).toEqual(['a-20260101', 'a-20260102'])
  })
})
