import { expect, test } from 'vitest'
import { pollPauseMs, readingOf } from './log-reading.ts'

const engine = (kind: 'docker' | 'podman', version: string): Parameters<typeof readingOf>[0] => ({
  kind,
  version,
  apiVersion: '1.41',
})

test('a log of Docker is followed, whatever its version', () => {
  expect(readingOf(engine('docker', '4.3.1'))).toEqual({ poll: false, tail: true, passesOver: true })
})

test.for([
  ['3.0.1', false],
  ['4.3.1', false],
  ['4.6.2', false],
  ['4.7.0-rc1', true],
  ['4.10.0', true],
  ['5.0.3', true],
] as const)('a log of Podman %s is polled, and asked for its end: %s', ([version, tail]) => {
  expect(readingOf(engine('podman', version))).toEqual({ poll: true, tail, passesOver: false })
})

test('a log that takes long to read is read less often, within limits', () => {
  const [shortestMs, longestMs] = [1000, 30_000]
  expect([10, 500, 20_000].map((readMs) => pollPauseMs(readMs, shortestMs, longestMs))).toEqual([
    1000, 4500, 30_000,
  ])
})

test.each([
  ['20.10.24+dfsg1', true],
  ['23.0.1', false],
  ['28.5.2', false],
])('whether a follow of Docker %s may pass over a log file: %s', (version, passesOver) => {
  expect(readingOf(engine('docker', version))).toMatchObject({ passesOver })
})
