import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startSinkServer } from './sink-server.ts'

test('the body of every request is a line of the file once it was answered', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'sink-server-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const file = path.join(directory, 'requests.log')
  await using sink = await startSinkServer(file)
  await fetch(`${sink.url}/push`, { method: 'POST', body: 'first' })
  const { status } = await fetch(sink.url, { method: 'PUT', body: 'second\nthird' })
  expect(status).toBe(204)
  expect(await readFile(file, 'utf8')).toBe('first\nsecond\nthird\n')
})
