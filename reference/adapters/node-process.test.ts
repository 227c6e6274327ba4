import { mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { NodeProcess } from './node-process.ts'

test('descriptors are told by kind: a file more, also when it is deleted, and a socket more', async () => {
  const host = new NodeProcess()
  const before = (await host.descriptorsByKind()) ?? {}
  const directory = mkdtempSync(join(tmpdir(), 'descriptors-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  await using file = await open(join(directory, 'log'), 'w')
  rmSync(join(directory, 'log'))
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const after = (await host.descriptorsByKind()) ?? {}
  expect(file.fd).toBeGreaterThan(0)
  const gain = (kind: string): number => (after[kind] ?? 0) - (before[kind] ?? 0)
  expect([gain('file'), gain('socket'), gain('directory')]).toEqual([1, 1, 0])
  expect(host.activeResources()['TCPServerWrap']).toBeGreaterThan(0)
})
