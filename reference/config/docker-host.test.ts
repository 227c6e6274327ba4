import { expect, test } from 'vitest'
import { parseDockerHost } from './docker-host.ts'

test.each([
  ['unix:///var/run/docker.sock', { kind: 'unix', path: '/var/run/docker.sock' }],
  ['tcp://10.0.0.1:2376', { kind: 'tcp', host: '10.0.0.1', port: 2376 }],
  ['tcp://engine', { kind: 'tcp', host: 'engine', port: 2375 }],
  ['tcp://[::1]:80/', { kind: 'tcp', host: '::1', port: 80 }],
])('%s', (value, expected) => {
  expect(parseDockerHost(value)).toEqual(expected)
})

test.each([
  '',
  'unix://',
  'unix://relative',
  '/var/run/docker.sock',
  'ssh://me@host',
  'http://host',
  'tcp://',
  'tcp://u@h',
  'tcp://h/path',
])('"%s" is refused by name', (value) => {
  expect(() => parseDockerHost(value)).toThrow(
    `Cannot use Docker host "${value}": allowed are unix:///path/to/socket and tcp://host:port`,
  )
})
