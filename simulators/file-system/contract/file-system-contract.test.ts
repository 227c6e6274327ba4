import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { NodeFileSystem } from '../../../reference/adapters/node-file-system.ts'
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
