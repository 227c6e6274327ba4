import { basename } from 'node:path'
import { exists, fail, instead, replace, replaceOfHandles } from '../breaking.ts'
import type { FileSystemCase } from '../file-system-case.ts'
import { outcome, textOf, write } from '../place.ts'

export const UNLINK_CASES: readonly FileSystemCase[] = [
  {
    name: 'an unlinked file has no name',
    observe: async (place) => {
      await place.put('file', '')
      await place.put('other', '')
      await place.unlink('file')
      return await place.list()
    },
    expected: ['other'],
    broken: (files) => {
      const unlinked: string[] = []
      return replace(() => ({
        unlink: async (path) => {
          await files.unlink(path)
          unlinked.push(basename(path))
        },
        readdir: async (path) => [...(await files.readdir(path)), ...unlinked],
      }))(files)
    },
  },
  {
    name: 'an unlinked file that is open can be read and written',
    observe: async (place) => {
      const file = await place.appendTo('file')
      await write(file, 'before ')
      await place.unlink('file')
      await write(file, 'after')
      return await textOf(file)
    },
    expected: 'before after',
    broken: replaceOfHandles((handle, { files, flags, path }) => ({
      read: async (buffer, position) => {
        if (flags === 'a+' && !(await exists(files, path))) fail('ENOENT')
        return await handle.read(buffer, position)
      },
    })),
  },
  {
    name: 'a new file under the name of an unlinked open one is another',
    observe: async (place) => {
      const old = await place.appendTo('file')
      await place.unlink('file')
      await place.put('file', 'new')
      await write(old, 'old')
      return [await textOf(old), await place.text('file')]
    },
    expected: ['old', 'new'],
    broken: replaceOfHandles((handle, { files, flags, path }) => ({
      write: async (buffers) => {
        const isAnother =
          flags === 'a+' &&
          (await exists(files, path)) &&
          (await files.stat(path)).inode !== (await handle.stat()).inode
        return await (isAnother ? await files.open(path, 'a+') : handle).write(buffers)
      },
    })),
  },
  {
    name: 'a new file does not get the inode of an unlinked one that is open',
    observe: async (place) => {
      const old = await place.appendTo('old')
      await place.unlink('old')
      await place.put('new', '')
      return (await old.stat()).inode === (await place.inode('new'))
    },
    expected: false,
    broken: (files) => {
      let free: number | null = null
      return replace(() => ({
        unlink: async (path) => {
          const { inode } = await files.stat(path)
          await files.unlink(path)
          free = inode
        },
        stat: async (path) => ({ ...(await files.stat(path)), ...(free !== null && { inode: free }) }),
      }))(files)
    },
  },
  {
    name: 'what is not there is not unlinked',
    observe: (place) => outcome(place.unlink('none')),
    expected: 'ENOENT',
    broken: replace((files) => ({ unlink: (path) => instead(files.unlink(path), 'ENOENT', () => {}) })),
  },
  {
    name: 'a directory is not unlinked',
    observe: async (place) => {
      await place.mkdir('directory')
      return await outcome(place.unlink('directory'))
    },
    expected: 'EISDIR',
    broken: replace((files) => ({
      unlink: (path) => instead(files.unlink(path), 'EISDIR', () => fail('EPERM')),
    })),
  },
]
