import { expect, test } from 'vitest'
import { World } from '../../../simulators/index.ts'
import { beginningMark } from './beginning-mark.ts'
import { digest } from './place.ts'

const PATH = '/logs/app.log'

test('what a file holds before the first record of a source ends where the file does', async () => {
  const world = new World({ seed: 1 })
  world.fileSystem.disk.put(PATH, 'a\nb\n')
  world.fileSystem.disk.put(`${PATH}.000004`, '')
  const { inode, device } = await world.run(() => world.fileSystem.stat(PATH))
  expect(await world.run(() => beginningMark(world.fileSystem, PATH))).toEqual({
    length: 4,
    inode,
    device,
    tail: digest(Buffer.from('a\nb\n')),
    generation: 5,
  })
  expect(world.ledger.list().filter(({ kind }) => kind === 'file')).toEqual([])
})

test('where there is no file, whatever is there later was begun since', async () => {
  const world = new World({ seed: 1 })
  const mark = await world.run(() => beginningMark(world.fileSystem, PATH))
  expect(mark).toEqual({ length: 0, inode: 0, device: 0, generation: 1 })
})

test('a file that cannot be read is an error', async () => {
  const world = new World({ seed: 1 })
  world.fileSystem.disk.put(PATH, 'a\n')
  for (const operation of ['open', 'read'] as const) {
    using _ = world.fileSystem.disturb({ kind: 'error', code: 'EIO' }, { operations: [operation] })
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await expect(world.run(() => beginningMark(world.fileSystem, PATH))).rejects.toThrow('EIO')
    expect(world.ledger.list().filter(({ kind }) => kind === 'file')).toEqual([])
  }
})
