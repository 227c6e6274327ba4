import { expect, test } from 'vitest'
import { RecordingLogger } from './recording-logger.ts'
import { World } from '../world.ts'

const { signal } = new AbortController()

test('two processes share the machine, its files and its engine, and nothing else', async () => {
  const world = new World({ seed: 1 })
  const [first, second] = [world.ports(), world.ports()]
  await world.run(() => first.fileSystem.mkdir('/shared'))
  expect(await world.run(() => second.fileSystem.readdir('/'))).toEqual(['shared'])
  expect(first.random.next()).not.toBe(second.random.next())
  first.engine.close()
  await world.run(() => second.engine.info({ signal }))
  first.logger.info({}, 'mine')
  expect(second.logger.entries).toHaveLength(0)
})

test('a port can be replaced', () => {
  const world = new World({ seed: 1 })
  const logger = new RecordingLogger(() => 0)
  expect(world.ports({ logger }).logger).toBe(logger)
})

test('the process sees its descriptors', async () => {
  const world = new World({ seed: 1, fileSystem: { descriptorLimit: 77 } })
  const { process, fileSystem } = world.ports()
  const before = await process.openFileDescriptors()
  await world.run(() => fileSystem.open('/f', 'w'))
  expect(await process.openFileDescriptors()).toBe(before! + 1)
  expect(await process.fileDescriptorLimit()).toBe(77)
})

test('standard output is kept', async () => {
  const world = new World({ seed: 1 })
  const { stdout, output } = world.ports()
  await world.run(() => stdout([Buffer.from('a'), Buffer.from('b')]))
  expect(Buffer.from(output.contents()).toString()).toBe('ab')
})

test('the logger keeps the newest entries', () => {
  const logger = new RecordingLogger(() => 5, { entriesMax: 10 })
  for (let i = 0; i < 100; i++) logger.warn({ i }, 'again')
  expect(logger.entries.length).toBeLessThan(20)
  expect(logger.entries.at(-1)).toEqual({ atMs: 5, level: 'warn', fields: { i: 99 }, message: 'again' })
})
