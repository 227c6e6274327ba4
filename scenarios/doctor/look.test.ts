import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { completeConfig } from '../../reference/index.ts'
import { SimulatedDaemon } from '../../simulators/index.ts'
import { lookAtDirectory, lookAtEngine, missingPackages } from './look.ts'

async function directory(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'watertight-doctor-'))
  onTestFinished(() => rm(made, { recursive: true }))
  return made
}

test('an engine that answers is found, one that is not there is not', async () => {
  const socketPath = path.join(await directory(), 'engine.sock')
  const config = completeConfig({ containerMonitor: { socketPath: `unix://${socketPath}` } })
  expect(await lookAtEngine(config)).toMatchObject({ socket: { failure: { code: 'ENOENT' } } })
  await using daemon = await SimulatedDaemon.listen({ listen: { socketPath } })
  expect(daemon.engine).toBeDefined()
  const { answer, socket } = await lookAtEngine(config)
  expect(socket!.failure).toBeNull()
  expect(answer).toMatchObject({ kind: 'docker' })
})

test('what answers and is no engine is no engine', async () => {
  const socketPath = path.join(await directory(), 'other.sock')
  await using server = createServer((_, reply) => void reply.writeHead(404).end('no')).listen(socketPath)
  await once(server, 'listening')
  const config = completeConfig({ containerMonitor: { socketPath: `unix://${socketPath}` } })
  expect(await lookAtEngine(config)).toMatchObject({ answer: { failure: expect.any(Error) } })
})

test('a directory that will be made is judged by the one above it', async () => {
  const sight = await lookAtDirectory('state_dir', path.join(await directory(), 'a', 'b'))
  expect(sight.failure).toBeNull()
  expect(sight.freeBytes).toBeGreaterThan(0)
})

test('a package that is not installed is missing', () => {
  expect(missingPackages(['uplot', 'a-package-nobody-has'])).toEqual(['a-package-nobody-has'])
})
