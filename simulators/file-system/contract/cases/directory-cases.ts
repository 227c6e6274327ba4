import { dirname } from 'node:path'
import type { DirectoryEntry } from '../../../../reference/ports/index.ts'
import { exists, fail, instead, isDirectory, replace } from '../breaking.ts'
import type { FileSystemCase } from '../file-system-case.ts'
import { outcome } from '../place.ts'

export const DIRECTORY_CASES: readonly FileSystemCase[] = [
  {
    name: 'a directory lists its files and directories by their names alone, and not what is in them',
    observe: async (place) => {
      await place.mkdir('directory')
      await place.mkdir('directory/inner')
      await place.put('directory/file', '')
      await place.put('directory/inner/hidden', '')
      return await place.list('directory')
    },
    expected: ['file', 'inner'],
    broken: replace((files) => ({
      readdir: async (path) => {
        const names = await files.readdir(path)
        const below = await Promise.all(
          names.map((name) => files.readdir(`${path}/${name}`).catch((): string[] => [])),
        )
        return below.flat().includes('hidden') ? [...names, ...below.flat()] : names
      },
    })),
  },
  {
    name: 'an empty directory lists nothing',
    observe: async (place) => {
      await place.mkdir('empty')
      return await place.list('empty')
    },
    expected: [],
    broken: replace((files) => ({
      readdir: async (path) => {
        const names = await files.readdir(path)
        return names.length === 0 ? ['.'] : names
      },
    })),
  },
  {
    name: 'what is not there is not listed',
    observe: (place) => outcome(place.list('none')),
    expected: 'ENOENT',
    broken: replace((files) => ({
      readdir: (path) => instead(files.readdir(path), 'ENOENT', (): string[] => []),
    })),
  },
  {
    name: 'a file is not listed',
    observe: async (place) => {
      await place.put('file', '')
      return await outcome(place.list('file'))
    },
    expected: 'ENOTDIR',
    broken: replace((files) => ({
      readdir: (path) => instead(files.readdir(path), 'ENOTDIR', (): string[] => []),
    })),
  },
  {
    name: 'a directory tells what its names stand for',
    observe: async (place) => {
      await place.mkdir('directory')
      await place.mkdir('directory/inner')
      await place.put('directory/file', '')
      return await place.entries('directory')
    },
    expected: [
      { name: 'file', kind: 'file' },
      { name: 'inner', kind: 'directory' },
    ],
    broken: replace((files) => ({
      list: async (path) => (await files.list(path)).map(({ name }) => ({ name, kind: 'file' })),
    })),
  },
  {
    name: 'what its names stand for is not told of what is not there, nor of a file',
    observe: async (place) => {
      await place.put('file', '')
      return [await outcome(place.entries('none')), await outcome(place.entries('file'))]
    },
    expected: ['ENOENT', 'ENOTDIR'],
    broken: replace((files) => ({
      list: (path) => instead(files.list(path), 'ENOENT', (): DirectoryEntry[] => []),
    })),
  },
  {
    name: 'a directory is modified when a name comes to it',
    observe: async (place) => {
      await place.mkdir('directory')
      const begun = (await place.stat('directory')).modifiedMs
      let later = begun
      for (let names = 0; names < 300 && later === begun; names++) {
        // oxlint-disable-next-line no-await-in-loop -- time is as coarse as the file system has it
        await place.put(`directory/${names}`, '')
        // oxlint-disable-next-line no-await-in-loop
        later = (await place.stat('directory')).modifiedMs
      }
      return later > begun
    },
    expected: true,
    broken: replace((files) => ({
      stat: async (path) => {
        const stat = await files.stat(path)
        return stat.kind === 'directory' ? { ...stat, modifiedMs: 0 } : stat
      },
    })),
  },
  {
    name: 'mkdir creates the parents',
    observe: async (place) => {
      await place.mkdir('a/b/c')
      return [await place.list('a'), await place.list('a/b')]
    },
    expected: [['b'], ['c']],
    broken: replace((files) => ({
      mkdir: async (path) => {
        if (!(await exists(files, dirname(path)))) fail('ENOENT')
        await files.mkdir(path)
      },
    })),
  },
  {
    name: 'mkdir of a directory that is there leaves it alone',
    observe: async (place) => {
      await place.mkdir('a')
      await place.put('a/file', '')
      await place.mkdir('a')
      return await place.list('a')
    },
    expected: ['file'],
    broken: replace((files) => ({
      mkdir: async (path) => {
        if (await isDirectory(files, path)) fail('EEXIST')
        await files.mkdir(path)
      },
    })),
  },
  {
    name: 'mkdir of a file that is there fails',
    observe: async (place) => {
      await place.put('file', '')
      return await outcome(place.mkdir('file'))
    },
    expected: 'EEXIST',
    broken: replace((files) => ({ mkdir: (path) => instead(files.mkdir(path), 'EEXIST', () => {}) })),
  },
  {
    name: 'mkdir below a file fails',
    observe: async (place) => {
      await place.put('file', '')
      return await outcome(place.mkdir('file/below'))
    },
    expected: 'ENOTDIR',
    broken: replace((files) => ({ mkdir: (path) => instead(files.mkdir(path), 'ENOTDIR', () => {}) })),
  },
  {
    name: 'a directory is renamed with what is in it',
    observe: async (place) => {
      await place.mkdir('old')
      await place.put('old/file', '')
      await place.rename('old', 'new')
      return await place.list('new')
    },
    expected: ['file'],
    broken: replace((files) => ({
      rename: async (from, to) => {
        await files.rename(from, to)
        const names = await files.readdir(to).catch((): string[] => [])
        await Promise.all(names.map((name) => files.unlink(`${to}/${name}`)))
      },
    })),
  },
  {
    name: 'a directory replaces an empty one',
    observe: async (place) => {
      await place.mkdir('empty')
      await place.mkdir('source')
      return [await outcome(place.rename('source', 'empty')), await place.list()]
    },
    expected: ['done', ['empty']],
    broken: replace((files) => ({
      rename: async (from, to) => {
        const isOfDirectories = (await isDirectory(files, from)) && (await isDirectory(files, to))
        if (isOfDirectories && (await files.readdir(to)).length === 0) fail('EEXIST')
        await files.rename(from, to)
      },
    })),
  },
  {
    name: 'a directory does not replace one with something in it',
    observe: async (place) => {
      await place.mkdir('full')
      await place.put('full/file', '')
      await place.mkdir('source')
      return await outcome(place.rename('source', 'full'))
    },
    expected: 'ENOTEMPTY',
    broken: replace((files) => ({
      rename: (from, to) => instead(files.rename(from, to), 'ENOTEMPTY', () => {}),
    })),
  },
  {
    name: 'a directory is not renamed into itself',
    observe: async (place) => {
      await place.mkdir('outer')
      return await outcome(place.rename('outer', 'outer/inner'))
    },
    expected: 'EINVAL',
    broken: replace((files) => ({
      rename: (from, to) => instead(files.rename(from, to), 'EINVAL', () => {}),
    })),
  },
  {
    name: 'a directory can be synced',
    observe: async (place) => {
      await place.put('file', '')
      return await outcome(place.syncDirectory())
    },
    expected: 'done',
    broken: replace((files) => ({
      syncDirectory: async (path) => {
        await files.syncDirectory(path)
        fail('EINVAL')
      },
    })),
  },
  {
    name: 'what is not there is not synced',
    observe: (place) => outcome(place.syncDirectory('none')),
    expected: 'ENOENT',
    broken: replace((files) => ({
      syncDirectory: (path) => instead(files.syncDirectory(path), 'ENOENT', () => {}),
    })),
  },
]
