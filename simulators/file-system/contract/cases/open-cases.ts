import { exists, fail, instead, isDirectory, mkdirOf, replace, replaceOfHandles } from '../breaking.ts'
import type { FileSystemCase } from '../file-system-case.ts'
import { outcome, textOf, write } from '../place.ts'

/** What the flags of `open` mean, and what it refuses. */
export const OPEN_CASES: readonly FileSystemCase[] = [
  {
    name: 'r of what is not there fails',
    observe: (place) => outcome(place.open('none', 'r')),
    expected: 'ENOENT',
    broken: replace((files) => ({
      open: (path, flags) =>
        flags === 'r'
          ? instead(files.open(path, 'r'), 'ENOENT', () => files.open(path, 'a+'))
          : files.open(path, flags),
    })),
  },
  {
    name: 'r+ of what is not there fails, and creates nothing',
    observe: async (place) => {
      await place.put('other', '')
      return [await outcome(place.open('none', 'r+')), await place.list()]
    },
    expected: ['ENOENT', ['other']],
    broken: replace((files) => ({
      open: (path, flags) =>
        flags === 'r+'
          ? instead(files.open(path, 'r+'), 'ENOENT', () => files.open(path, 'a+'))
          : files.open(path, flags),
    })),
  },
  {
    name: 'a+ creates a file',
    observe: async (place) => {
      await place.open('new', 'a+')
      return await place.list()
    },
    expected: ['new'],
    broken: replace((files) => ({
      open: async (path, flags) => {
        if (flags === 'a+' && !(await exists(files, path))) fail('ENOENT')
        return await files.open(path, flags)
      },
    })),
  },
  {
    name: 'a+ keeps what is there',
    observe: async (place) => {
      await place.put('file', 'old')
      return await textOf(await place.open('file', 'a+'))
    },
    expected: 'old',
    broken: replace((files) => ({
      open: async (path, flags) => {
        const file = await files.open(path, flags)
        if (flags === 'a+') await file.truncate(0)
        return file
      },
    })),
  },
  {
    name: 'w empties what is there, and keeps its inode',
    observe: async (place) => {
      await place.put('file', 'old')
      const before = await place.inode('file')
      await place.open('file', 'w')
      return [await place.size('file'), (await place.inode('file')) === before]
    },
    expected: [0, true],
    broken: replace((files) => ({
      open: (path, flags) =>
        flags === 'w'
          ? instead(files.open(path, 'r+'), 'ENOENT', () => files.open(path, 'w'))
          : files.open(path, flags),
    })),
  },
  {
    name: 'wx creates a file',
    observe: async (place) => {
      await write(await place.open('new', 'wx'), 'text')
      return await place.list()
    },
    expected: ['new'],
    broken: replace((files) => ({
      open: async (path, flags) => {
        if (flags === 'wx' && !(await exists(files, path))) fail('ENOENT')
        return await files.open(path, flags)
      },
    })),
  },
  {
    name: 'wx of what is there fails, and leaves it alone',
    observe: async (place) => {
      await place.put('file', 'old')
      return [await outcome(place.open('file', 'wx')), await place.text('file')]
    },
    expected: ['EEXIST', 'old'],
    broken: replace((files) => ({
      open: async (path, flags) =>
        flags === 'wx' && !(await isDirectory(files, path))
          ? await files.open(path, 'w')
          : await files.open(path, flags),
    })),
  },
  {
    name: 'a file is not created in a directory that is not there',
    observe: (place) => outcome(place.open('none/file', 'a+')),
    expected: 'ENOENT',
    broken: replace((files) => ({
      open: async (path, flags) => {
        if (flags === 'a+') await mkdirOf(files, path)
        return await files.open(path, flags)
      },
    })),
  },
  {
    name: 'nothing is opened below a file',
    observe: async (place) => {
      await place.put('file', '')
      return await outcome(place.open('file/below', 'r'))
    },
    expected: 'ENOTDIR',
    broken: replace((files) => ({
      open: (path, flags) => instead(files.open(path, flags), 'ENOTDIR', () => fail('ENOENT')),
    })),
  },
  {
    name: 'a directory is not opened for writing',
    observe: async (place) => {
      await place.mkdir('directory')
      const flags = ['a+', 'w', 'r+'] as const
      return await Promise.all(flags.map((each) => outcome(place.open('directory', each))))
    },
    expected: ['EISDIR', 'EISDIR', 'EISDIR'],
    broken: replace((files) => ({
      open: (path, flags) => instead(files.open(path, flags), 'EISDIR', () => fail('EACCES')),
    })),
  },
  {
    name: 'a directory is there for wx',
    observe: async (place) => {
      await place.mkdir('directory')
      return await outcome(place.open('directory', 'wx'))
    },
    expected: 'EEXIST',
    broken: replace((files) => ({
      open: async (path, flags) => {
        if (flags === 'wx' && (await isDirectory(files, path))) fail('EISDIR')
        return await files.open(path, flags)
      },
    })),
  },
  {
    name: 'a directory that is opened cannot be read as a file',
    observe: async (place) => {
      await place.mkdir('directory')
      const opened = await place.open('directory', 'r')
      return await outcome(opened.read(new Uint8Array(1), 0))
    },
    expected: 'EISDIR',
    broken: replaceOfHandles((handle) => ({
      read: (buffer, position) => instead(handle.read(buffer, position), 'EISDIR', () => 0),
    })),
  },
]
