import { expect, test } from 'vitest'
import { World } from '../../../simulators/index.ts'
import {
  generationOf,
  namesIn,
  neighboursOf,
  nextGeneration,
  ownerOf,
  rotatedFiles,
  rotatedPath,
} from './rotated-files.ts'

function directory(...names: readonly string[]): World {
  const world = new World({ seed: 1 })
  for (const name of names) world.fileSystem.disk.put(`/logs/${name}`, '')
  return world
}

const NAMES = [
  'web.log',
  'web.log.000010.gz',
  'web.log.000009',
  'web.log.1234567',
  'web.log.00001',
  'web.log.000001.gz.new',
  'web.log.000002.bz2',
  'xweb.log.000003',
  '.log.000004',
]

test('rotated files are known by their names, and come in the order of their numbers', async () => {
  const world = directory(...NAMES)
  const { fileSystem } = world.ports()
  const own = [
    { path: '/logs/web.log.000009', number: 9, compressed: false },
    { path: '/logs/web.log.000010.gz', number: 10, compressed: true },
    { path: '/logs/web.log.1234567', number: 1_234_567, compressed: false },
  ]
  expect(await world.run(() => rotatedFiles(fileSystem, '/logs', '/logs/web.log'))).toEqual(own)
  const others = { path: '/logs/xweb.log.000003', number: 3, compressed: false }
  expect(await world.run(() => rotatedFiles(fileSystem, '/logs'))).toEqual([others, ...own])
})

test('the next number is greater than any there is', async () => {
  const world = directory(...NAMES)
  const { fileSystem } = world.ports()
  const next = (path: string): Promise<number> => world.run(() => nextGeneration(fileSystem, path))
  expect([await next('/logs/web.log'), await next('/logs/new.log'), await next('/none/web.log')]).toEqual([
    1_234_568, 1, 1,
  ])
})

test('names tell the number and the file that was rotated', () => {
  expect([rotatedPath('/a.log', 7), rotatedPath('/a.log', 1_234_567)]).toEqual([
    '/a.log.000007',
    '/a.log.1234567',
  ])
  expect(['/a.log.000007', '/a.log.000007.gz', '/a.log'].map(generationOf)).toEqual([7, null, null])
  const owners = ['/a.log.000007', '/a.log.1234567.gz', '/a.log', '/a.log.00007', '/a.log.000007.gz.new']
  expect(owners.map(ownerOf)).toEqual(['/a.log', '/a.log', '/a.log', '/a.log.00007', '/a.log.000007.gz.new'])
})

test('what lies beside a file are those whose names begin with its name, but for compressed ones', async () => {
  const world = directory('web.log', 'web.log.1', 'web.log-copy', 'web.log.2.gz', 'other.log', 'my-web.log')
  const { fileSystem } = world.ports()
  const found = await world.run(() => neighboursOf(fileSystem, '/logs/web.log'))
  expect(found.toSorted()).toEqual(['/logs/web.log-copy', '/logs/web.log.1'])
  const compressed = directory('a.gz.log', 'a.gz.log.1')
  const beside = await compressed.run(() => neighboursOf(compressed.ports().fileSystem, '/logs/a.gz.log'))
  expect(beside).toEqual(['/logs/a.gz.log.1'])
})

test('a directory that is not there has no names; one that cannot be read is an error', async () => {
  const world = directory('web.log')
  const { fileSystem } = world.ports()
  expect(await world.run(() => namesIn(fileSystem, '/none'))).toEqual([])
  await expect(world.run(() => namesIn(fileSystem, '/logs/web.log'))).rejects.toThrow('ENOTDIR')
})
