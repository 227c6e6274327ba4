import { instead, replaceOfHandles } from '../breaking.ts'
import type { FileSystemCase } from '../file-system-case.ts'
import { outcome, textOf, write } from '../place.ts'

export const TRUNCATE_CASES: readonly FileSystemCase[] = [
  {
    name: 'a truncation cuts the end',
    observe: async (place) => {
      await place.put('file', 'abcdef')
      await (await place.open('file', 'r+')).truncate(2)
      return await place.text('file')
    },
    expected: 'ab',
    // Takes effect only at the next one.
    broken: replaceOfHandles((handle, { flags }) => {
      let put: number | null = null
      return {
        truncate: async (length) => {
          if (put !== null) await handle.truncate(put)
          put = flags === 'r+' && length < (await handle.stat()).size ? length : null
          if (put === null) await handle.truncate(length)
        },
      }
    }),
  },
  {
    name: 'a truncation beyond the end fills with NULs',
    observe: async (place) => {
      await place.put('file', 'ab')
      await (await place.open('file', 'r+')).truncate(4)
      return await place.text('file')
    },
    expected: 'ab\0\0',
    broken: replaceOfHandles((handle) => {
      let wasCut = false
      return {
        truncate: async (length) => {
          const { size } = await handle.stat()
          wasCut ||= length < size
          if (length <= size || wasCut) await handle.truncate(length)
        },
      }
    }),
  },
  {
    name: 'what was cut does not come back',
    observe: async (place) => {
      await place.put('file', 'abcdef')
      const file = await place.open('file', 'r+')
      await file.truncate(1)
      await file.truncate(3)
      return await place.text('file')
    },
    expected: 'a\0\0',
    broken: replaceOfHandles((handle, { files, flags, path }) => {
      let whole = ''
      return {
        truncate: async (length) => {
          const { size } = await handle.stat()
          if (flags === 'r+' && length < size) whole = await textOf(handle)
          await handle.truncate(length)
          if (length > size && whole !== '') await write(await files.open(path, 'r+'), whole.slice(0, length))
        },
      }
    }),
  },
  {
    name: 'a+ goes on at the new end',
    observe: async (place) => {
      const file = await place.appendTo('file')
      await write(file, 'abcdef')
      await file.truncate(3)
      await write(file, 'x')
      return await place.text('file')
    },
    expected: 'abcx',
    broken: replaceOfHandles((handle, { flags }) => {
      let end = 0
      return {
        write: async (buffers) => {
          if (flags === 'a+' && end > 0) await handle.truncate(end)
          const written = await handle.write(buffers)
          end = 0
          return written
        },
        truncate: async (length) => {
          end = (await handle.stat()).size
          await handle.truncate(length)
        },
      }
    }),
  },
  {
    name: 'other handles go on where they were, and leave NULs before it',
    observe: async (place) => {
      const file = await place.open('file', 'w')
      await write(file, 'abc')
      await file.truncate(1)
      await write(file, 'x')
      return await place.text('file')
    },
    expected: 'a\0\0x',
    broken: replaceOfHandles((handle, { files, flags, path }) => {
      let wasCut = false
      return {
        truncate: async (length) => {
          wasCut = flags === 'w'
          await handle.truncate(length)
        },
        write: async (buffers) => await (wasCut ? await files.open(path, 'a+') : handle).write(buffers),
      }
    }),
  },
  {
    name: 'a handle that only reads does not truncate',
    observe: async (place) => {
      await place.put('file', 'abc')
      const file = await place.open('file', 'r')
      return [await outcome(file.truncate(0)), await place.size('file')]
    },
    expected: ['EINVAL', 3],
    broken: replaceOfHandles((handle) => ({
      truncate: (length) => instead(handle.truncate(length), 'EINVAL', () => {}),
    })),
  },
]
