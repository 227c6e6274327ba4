import { instead, replaceOfHandles, writeAt } from '../breaking.ts'
import type { FileSystemCase } from '../file-system-case.ts'
import { outcome, textOf, write } from '../place.ts'

export const READ_CASES: readonly FileSystemCase[] = [
  {
    name: 'a handle that only writes does not read',
    observe: async (place) => await outcome(textOf(await place.open('file', 'w'))),
    expected: 'EBADF',
    broken: replaceOfHandles((handle, { flags }) => ({
      read: (buffer, position) =>
        flags === 'w'
          ? instead(handle.read(buffer, position), 'EBADF', () => 0)
          : handle.read(buffer, position),
    })),
  },
  {
    name: 'a read begins at any position, and the next one wherever it says',
    observe: async (place) => {
      await place.put('file', 'abcdef')
      const file = await place.open('file', 'r')
      return [await textOf(file, 4, 2), await textOf(file, 1, 2), await textOf(file, 1, 2)]
    },
    expected: ['ef', 'bc', 'bc'],
    broken: replaceOfHandles((handle) => {
      const readFrom = new Set<number>()
      return {
        read: async (buffer, position) => {
          const again = readFrom.has(position)
          readFrom.add(position)
          return await handle.read(buffer, again ? position + buffer.byteLength : position)
        },
      }
    }),
  },
  {
    name: 'reading does not move where writes go',
    observe: async (place) => {
      await place.put('file', 'abcdef')
      const file = await place.open('file', 'r+')
      await textOf(file, 2, 2)
      await write(file, '1')
      return await place.text('file')
    },
    expected: '1bcdef',
    broken: replaceOfHandles((handle, { files, flags, path }) => {
      let end: number | null = null
      return {
        read: async (buffer, position) => {
          const count = await handle.read(buffer, position)
          if (flags === 'r+') end = position + count
          return count
        },
        write: (buffers) => (end === null ? handle.write(buffers) : writeAt(files, path, end, buffers)),
      }
    }),
  },
  {
    name: 'a read that meets the end is short',
    observe: async (place) => {
      await place.put('file', 'abcdef')
      return await (await place.open('file', 'r')).read(new Uint8Array(10), 4)
    },
    expected: 2,
    broken: replaceOfHandles((handle) => ({
      read: async (buffer, position) => {
        const count = await handle.read(buffer, position)
        return position > 0 && count > 0 ? buffer.byteLength : count
      },
    })),
  },
  {
    name: 'a read at the end and behind it gives nothing',
    observe: async (place) => {
      await place.put('file', 'abc')
      const file = await place.open('file', 'r')
      return [await file.read(new Uint8Array(10), 3), await file.read(new Uint8Array(10), 99)]
    },
    expected: [0, 0],
    broken: replaceOfHandles((handle) => ({
      read: async (buffer, position) => {
        const count = await handle.read(buffer, position)
        return position > 3 && count === 0 ? 1 : count
      },
    })),
  },
  {
    name: 'what one handle has written another reads',
    observe: async (place) => {
      const [writer, reader] = [await place.open('file', 'w'), await place.open('file', 'r')]
      await write(writer, 'first')
      const before = await textOf(reader, 0, 5)
      await write(writer, ' second')
      return [before, await textOf(reader, 5, 7)]
    },
    expected: ['first', ' second'],
    broken: replaceOfHandles((handle, { flags }) => {
      let size = Infinity
      return {
        read: async (buffer, position) => {
          if (flags === 'r' && size === Infinity) ({ size } = await handle.stat())
          return position < size ? await handle.read(buffer, position) : 0
        },
      }
    }),
  },
]
