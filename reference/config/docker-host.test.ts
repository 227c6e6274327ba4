import { expect, test } from 'vitest'
import { parseDockerHost, TLS_PORT } from './docker-host.ts'

test.each([
  ['unix:///var/run/docker.sock', { kind: 'unix', path: '/var/run/docker.sock' }],
  ['tcp://10.0.0.1:2376', { kind: 'tcp', host: '10.0.0.1', port: 2376 }],
  ['tcp://engine', { kind: 'tcp', host: 'engine', port: 2375 }],
  ['tcp://[::1]:80/', { kind: 'tcp', host: '::1', port: 80 }],
])('%s', (value, expected) => {
  expect(parseDockerHost(value)).toEqual(expected)
})

test('the port that is meant where none is named is that of TLS when it is asked for', () => {
  expect(parseDockerHost('tcp://engine', TLS_PORT)).toEqual({ kind: 'tcp', host: 'engine', port: 2376 })
  expect(parseDockerHost('tcp://engine:1', TLS_PORT)).toEqual({ kind: 'tcp', host: 'engine', port: 1 })
})

test.each([
  '',
  ' unix:///var/run/docker.sock',
  'npipe:////./pipe/docker_engine',
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
    `Cannot use Docker host "${value}": allowed: unix:///path/to/socket or tcp://host:port`,
  )
})
