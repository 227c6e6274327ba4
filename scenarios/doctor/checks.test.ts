import { expect, test } from 'vitest'
import { checkDescriptors, checkDirectory, checkEngine, checkNode, checkPackages } from './checks.ts'
import { findingsText, type Finding } from './finding.ts'

const host = 'unix:///run/docker.sock'
const answer = { kind: 'docker', version: '28.5.2', apiVersion: '1.47' } as const

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: no`), { code })
}

function states(findings: readonly Finding[]): string[] {
  return findings.map(({ name, state }) => `${name} ${state}`)
}

test('an engine that answers is named with its versions', () => {
  const findings = checkEngine({ host, answer, socket: { failure: null, group: 999 } })
  expect(states(findings)).toEqual(['socket good', 'engine good'])
  expect(findings[1]!.found).toBe(`docker 28.5.2 at ${host}, API 1.47`)
})

test('a socket that may not be used says which group may', () => {
  const findings = checkEngine({
    host,
    answer: { failure: failure('EACCES') },
    socket: { failure: failure('EACCES'), group: 999 },
  })
  expect(states(findings)).toEqual(['socket bad', 'engine bad'])
  expect(findings[0]!.advice).toBe('add the user to group 999; who may use the socket is as good as root')
})

test('a socket that is not there is not called forbidden', () => {
  const [socket] = checkEngine({
    host,
    answer: { failure: failure('ENOENT') },
    socket: { failure: failure('ENOENT'), group: null },
  })
  expect([socket!.state, socket!.found]).toEqual(['bad', '/run/docker.sock is not there'])
})

test('an engine behind TCP has no socket to look at', () => {
  expect(states(checkEngine({ host: 'tcp://a:2375', answer, socket: null }))).toEqual(['engine good'])
})

test.each([
  ['24.0.0', 'good'],
  ['26.1.0', 'good'],
  ['22.9.0', 'bad'],
])('Node %s is %s', (version, state) => {
  expect(checkNode(version).state).toBe(state)
})

test('few descriptors are a warning, too few for the configuration are bad', () => {
  const verdicts = [
    checkDescriptors(65_536, null),
    checkDescriptors(512, null),
    checkDescriptors(64, 'raise it'),
  ]
  expect(verdicts.map(({ state }) => state)).toEqual(['good', 'warning', 'bad'])
  expect(verdicts[2]!.advice).toBe('raise it')
  expect(checkDescriptors(null, null).state).toBe('good')
})

test('a disk is judged by what is free of it and whether it may be written', () => {
  const sight = { key: 'state_dir', directory: '/state', failure: null }
  const of = (freeBytes: number | null): string => checkDirectory({ ...sight, freeBytes }).state
  expect([of(2 ** 34), of(2 ** 29), of(2 ** 20), of(null)]).toEqual(['good', 'warning', 'bad', 'good'])
  expect(checkDirectory({ ...sight, failure: failure('EACCES'), freeBytes: 2 ** 40 }).state).toBe('bad')
})

test('what to do stands below the table, and nothing where all is good', () => {
  expect(findingsText([checkNode('24.0.0')])).toBe('node  good  24.0.0')
  expect(findingsText([checkPackages(['uplot'])])).toBe(
    'testbed  warning  not installed: uplot\n\ntestbed: only to run phases and properties: npm install uplot',
  )
})
