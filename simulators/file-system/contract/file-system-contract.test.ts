import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFsFromVolume, Volume } from 'memfs'
import { describe, expect, test } from 'vitest'
import { NodeFileSystem, type FilePromises } from '../../../reference/adapters/node-file-system.ts'
import type { FileSystem } from '../../../reference/ports/index.ts'
import { World } from '../../world.ts'
import { runFileSystemCase, type FileSystemCase } from './file-system-case.ts'
import { FILE_SYSTEM_CONTRACT } from './file-system-contract.ts'

describe('the simulated file system', () => {
  for (const each of FILE_SYSTEM_CONTRACT) test(each.name, () => onSimulated(each))
})

describe('the real disk', () => {
  for (const each of FILE_SYSTEM_CONTRACT) {
    test(each.name, async () => {
      const directory = await mkdtemp(join(tmpdir(), 'file-system-contract-'))
      try {
        await runFileSystemCase(new NodeFileSystem(), directory, each)
      } finally {
        await rm(directory, { recursive: true })
      }
    })
  }
})

/** Where memfs contradicts a real disk: why the simulated file system does not stand on it. */
const MEMFS_DIFFERS: readonly string[] = [
  'a directory that is opened cannot be read as a file',
  'a handle that only reads does not write',
  'a handle that only writes does not read',
  'a handle that only reads does not truncate',
  'a file does not replace a directory',
  'a directory does not replace a file',
  'a new file does not get the inode of an unlinked one that is open',
  'a directory is not unlinked',
  'mkdir of a file that is there fails',
  'a directory does not replace one with something in it',
  'a directory is not renamed into itself',
  'a closed handle does nothing any more',
]

describe('memfs', () => {
  for (const each of FILE_SYSTEM_CONTRACT) {
    const differs = MEMFS_DIFFERS.includes(each.name)
    test(`${each.name}${differs ? ': not so' : ''}`, async () => {
      const { promises } = createFsFromVolume(Volume.fromJSON({ '/place': null }))
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- memfs has Node's interface, in types of its own
      const files = promises as unknown as FilePromises
      const run = runFileSystemCase(new NodeFileSystem({ files }), '/place', each)
      if (differs) await expect(run).rejects.toThrow()
      else await run
    })
  }
})

describe('a file system that is broken so that this case fails, and no other:', () => {
  for (const { name, broken } of FILE_SYSTEM_CONTRACT) {
    test(name, async () => {
      const failed: string[] = []
      for (const each of FILE_SYSTEM_CONTRACT) {
        // oxlint-disable-next-line no-await-in-loop -- one world after the other
        await onSimulated(each, broken).catch(() => failed.push(each.name))
      }
      expect(failed).toEqual([name])
    })
  }
})

async function onSimulated(
  fileSystemCase: FileSystemCase,
  broken: (files: FileSystem) => FileSystem = (files) => files,
): Promise<void> {
  const world = new World({ seed: 1 })
  world.fileSystem.disk.mkdir('/place')
  const files = broken(world.ports().fileSystem)
  await world.run(() => runFileSystemCase(files, '/place', fileSystemCase))
}
