import { bytesOf, exists, instead, isDirectory, mkdirOf, replace, replaceOfHandles } from '../breaking.ts'
import type { FileSystemCase } from '../file-system-case.ts'
import { outcome, textOf, write } from '../place.ts'

/** Renames of files, and what open files and inodes have to do with it. */
export const RENAME_CASES: readonly FileSystemCase[] = [
  {
    name: 'a rename keeps the inode and the contents',
    observe: async (place) => {
      await place.put('old', 'text')
      const before = await place.inode('old')
      await place.rename('old', 'new')
      return [(await place.inode('new')) === before, await place.text('new')]
    },
    expected: [true, 'text'],
    broken: (files) => {
      const renamed = new Set<string>()
      return replace(() => ({
        rename: async (from, to) => {
          await files.rename(from, to)
          renamed.add(to)
        },
        stat: async (path) => {
          const stat = await files.stat(path)
          return renamed.has(path) ? { ...stat, inode: stat.inode + 1 } : stat
        },
      }))(files)
    },
  },
  {
    name: 'a rename takes the old name away',
    observe: async (place) => {
      await place.put('old', '')
      await place.rename('old', 'new')
      return await place.list()
    },
    expected: ['new'],
    broken: replace((files) => ({
      rename: async (from, to) => {
        await files.rename(from, to)
        if (!(await isDirectory(files, to)) && from !== to) await (await files.open(from, 'w')).close()
      },
    })),
  },
  {
    name: 'a rename replaces what had the name',
    observe: async (place) => {
      await place.put('new', 'new')
      await place.put('old', 'old')
      await place.rename('new', 'old')
      return await place.text('old')
    },
    expected: 'new',
    broken: (files) => {
      const open = new Set<string>()
      const keepsOld = replace(() => ({
        rename: async (from, to) => {
          const replaces = (await exists(files, from)) && (await exists(files, to)) && from !== to
          const isOfFiles = !(await isDirectory(files, from)) && !(await isDirectory(files, to))
          if (replaces && isOfFiles && !open.has(to)) await files.unlink(from)
          else await files.rename(from, to)
        },
      }))
      const noting = replaceOfHandles((handle, { path }) => {
        open.add(path)
        return {
          close: async () => {
            open.delete(path)
            await handle.close()
          },
        }
      })
      return noting(keepsOld(files))
    },
  },
  {
    name: 'an open file stays the same under its new name',
    observe: async (place) => {
      const file = await place.appendTo('log')
      await write(file, 'before ')
      await place.rename('log', 'log.1')
      await write(file, 'after')
      return await place.text('log.1')
    },
    expected: 'before after',
    broken: (files) => {
      const gone = new Set<string>()
      const dropping = replaceOfHandles((handle, { path }) => ({
        write: async (buffers) => (gone.has(path) ? bytesOf(buffers) : await handle.write(buffers)),
      }))
      const noting = replace(() => ({
        rename: async (from, to) => {
          await files.rename(from, to)
          gone.add(from)
        },
      }))
      return dropping(noting(files))
    },
  },
  {
    name: 'an open file whose name another took over keeps its contents',
    observe: async (place) => {
      await place.put('file', 'old')
      const file = await place.open('file', 'r')
      await place.put('other', 'new')
      await place.rename('other', 'file')
      return await textOf(file)
    },
    expected: 'old',
    broken: replaceOfHandles((handle, { files, flags, path }) => ({
      read: async (buffer, position) => {
        const isThere = flags === 'r' && (await exists(files, path)) && !(await isDirectory(files, path))
        return await (isThere ? await files.open(path, 'r') : handle).read(buffer, position)
      },
    })),
  },
  {
    name: 'a rename to itself changes nothing',
    observe: async (place) => {
      await place.put('file', 'text')
      await place.rename('file', 'file')
      return await place.text('file')
    },
    expected: 'text',
    broken: replace((files) => ({
      rename: (from, to) => (from === to ? files.unlink(from) : files.rename(from, to)),
    })),
  },
  {
    name: 'what is not there is not renamed',
    observe: async (place) => {
      await place.put('file', 'text')
      return [await outcome(place.rename('none', 'file')), await place.text('file')]
    },
    expected: ['ENOENT', 'text'],
    broken: replace((files) => ({
      rename: async (from, to) => {
        if (await exists(files, from)) await files.rename(from, to)
      },
    })),
  },
  {
    name: 'nothing is renamed into a directory that is not there',
    observe: async (place) => {
      await place.put('file', 'text')
      return [await outcome(place.rename('file', 'none/file')), await place.list()]
    },
    expected: ['ENOENT', ['file']],
    broken: replace((files) => ({
      rename: async (from, to) => {
        if (await exists(files, from)) await mkdirOf(files, to)
        await files.rename(from, to)
      },
    })),
  },
  {
    name: 'a file does not replace a directory',
    observe: async (place) => {
      await place.put('file', '')
      await place.mkdir('directory')
      return await outcome(place.rename('file', 'directory'))
    },
    expected: 'EISDIR',
    broken: replace((files) => ({
      rename: (from, to) => instead(files.rename(from, to), 'EISDIR', () => {}),
    })),
  },
  {
    name: 'a directory does not replace a file',
    observe: async (place) => {
      await place.put('file', '')
      await place.mkdir('directory')
      return await outcome(place.rename('directory', 'file'))
    },
    expected: 'ENOTDIR',
    broken: replace((files) => ({
      rename: (from, to) => instead(files.rename(from, to), 'ENOTDIR', () => {}),
    })),
  },
]
