import { bytesOf, instead, replace, replaceOfHandles, writeAt } from '../breaking.ts'
import type { FileHandle } from '../../../../reference/ports/index.ts'
import type { FileSystemCase } from '../file-system-case.ts'
import { outcome, textOf, write } from '../place.ts'

/** Where writes go, and what they take. */
export const WRITE_CASES: readonly FileSystemCase[] = [
  {
    name: 'a+ writes at the end, also behind what another handle wrote',
    observe: async (place) => {
      const [one, two] = [await place.appendTo('file'), await place.open('file', 'a+')]
      await write(one, 'a')
      await write(two, 'bb')
      await write(one, 'c')
      return await place.text('file')
    },
    expected: 'abbc',
    broken: (files) => {
      const appended = new Set<string>()
      return replace(() => ({
        open: (path, flags) => {
          const isSecond = flags === 'a+' && appended.has(path)
          if (flags === 'a+') appended.add(path)
          return files.open(path, isSecond ? 'r+' : flags)
        },
      }))(files)
    },
  },
  {
    name: 'r+ writes from the start, and goes on where its last write ended',
    observe: async (place) => {
      await place.put('file', 'abcdef')
      const file = await place.open('file', 'r+')
      await write(file, '1')
      await write(file, '2')
      return await place.text('file')
    },
    expected: '12cdef',
    broken: replaceOfHandles((handle, { files, flags, path }) => ({
      write: (buffers) => (flags === 'r+' ? writeAt(files, path, 0, buffers) : handle.write(buffers)),
    })),
  },
  {
    name: 'each handle has a position of its own',
    observe: async (place) => {
      await place.put('file', 'abcd')
      const [one, two] = [await place.open('file', 'r+'), await place.open('file', 'r+')]
      await write(one, '12')
      await write(two, 'x')
      return await place.text('file')
    },
    expected: 'x2cd',
    broken: (files) => {
      const shared = new Map<string, Promise<FileHandle>>()
      return replace(() => ({
        open: (path, flags) => {
          if (flags !== 'r+') return files.open(path, flags)
          const opened = shared.get(path) ?? files.open(path, flags)
          shared.set(path, opened)
          return opened
        },
      }))(files)
    },
  },
  {
    name: 'several buffers are written one behind the other, and counted together',
    observe: async (place) => {
      const file = await place.open('file', 'w')
      return [await write(file, 'one', '', 'two'), await place.text('file')]
    },
    expected: [6, 'onetwo'],
    broken: replaceOfHandles((handle) => ({ write: (buffers) => handle.write(buffers.toReversed()) })),
  },
  {
    name: 'a write of nothing takes nothing',
    observe: async (place) => {
      const file = await place.open('file', 'w')
      return [await write(file, ''), await place.size('file')]
    },
    expected: [0, 0],
    broken: replaceOfHandles((handle) => ({
      write: async (buffers) => (bytesOf(buffers) === 0 ? 1 : await handle.write(buffers)),
    })),
  },
  {
    name: 'every byte comes back as it was',
    observe: async (place) => {
      const all = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte))
      await place.put('file', all)
      return (await place.text('file')) === all
    },
    expected: true,
    broken: replaceOfHandles((handle) => ({
      write: (buffers) => handle.write(buffers.map((buffer) => buffer.map((byte) => byte & 0x7f))),
    })),
  },
  {
    name: 'a handle that only reads does not write',
    observe: async (place) => {
      await place.put('file', 'old')
      const file = await place.open('file', 'r')
      return [await outcome(write(file, 'x')), await textOf(file)]
    },
    expected: ['EBADF', 'old'],
    broken: replaceOfHandles((handle, { flags }) => ({
      write: (buffers) =>
        flags === 'r' ? instead(handle.write(buffers), 'EBADF', () => 0) : handle.write(buffers),
    })),
  },
]
