import { expect, test } from 'vitest'
import { engineCallOf, engineCallsPage } from './engine-calls.ts'

test('docs/engine-calls.md has every call; npm run docs writes it', async () => {
  await expect(engineCallsPage()).toMatchFileSnapshot('../../../docs/engine-calls.md')
})

test.each([
  ['GET', '/version'],
  ['GET', '/v1.41/containers/json?all=1'],
  ['GET', '/v1.41/containers/0123456789ab/json'],
  ['GET', '/v1.41/events?filters=x'],
  ['GET', '/v4.3.1/libpod/containers/0123456789ab/logs?follow=1'],
])('%s %s is one of them', (method, url) => {
  expect(engineCallOf(method, url)).not.toBeNull()
})

test.each([
  ['POST', '/v1.41/containers/json'],
  ['GET', '/v1.41/info'],
  ['GET', '/v1.41/containers/0123456789ab/stats'],
  ['GET', '/v1.41/containers/a/b/json'],
  ['HEAD', '/_ping'],
  ['GET', '/containers/json'],
])('%s %s is none', (method, url) => {
  expect(engineCallOf(method, url)).toBeNull()
})
