import type { FileHandle } from '../../../../reference/ports/index.ts'
import { fail, instead, replaceOfHandles } from '../breaking.ts'
import type { FileSystemCase } from '../file-system-case.ts'
import { outcome, textOf, write } from '../place.ts'

export const HANDLE_CASES: readonly FileSystemCase[] = [
  {
    name: 'a sync changes nothing that can be seen',
    observe: async (place) => {
      const file = await place.appendTo('file')
      await write(file, 'text')
      return [await outcome(file.sync()), await textOf(file)]
    },
    expected: ['done', 'text'],
    broken: replaceOfHandles((handle) => ({
      sync: async () => {
        await handle.sync()
        await handle.truncate(0)
      },
    })),
  },
  {
    name: 'a closed handle does nothing any more',
    observe: async (place) => {
      const file = await place.appendTo('file')
      await place.close(file)
      return [
        await outcome(textOf(file)),
        await outcome(write(file, 'x')),
        await outcome(file.truncate(0)),
        await outcome(file.sync()),
        await outcome(file.stat()),
      ]
    },
    expected: ['EBADF', 'EBADF', 'EBADF', 'EBADF', 'EBADF'],
    broken: replaceOfHandles((handle) => ({ sync: () => instead(handle.sync(), 'EBADF', () => {}) })),
  },
  {
    name: 'closing twice is nothing',
    observe: async (place) => {
      const file = await place.appendTo('file')
      await place.close(file)
      return await outcome(file.close())
    },
    expected: 'done',
    broken: replaceOfHandles((handle) => {
      let closed = false
      return {
        close: async () => {
          if (closed) fail('EBADF')
          closed = true
          await handle.close()
        },
      }
    }),
  },
  {
    name: 'closing one handle leaves the others open',
    observe: async (place) => {
      const [one, two] = [await place.appendTo('file'), await place.open('file', 'a+')]
      await place.close(one)
      return await outcome(write(two, 'x'))
    },
    expected: 'done',
    broken: (files) => {
      const open: FileHandle[] = []
      return replaceOfHandles((handle, { flags }) => {
        if (flags !== 'a+') return {}
        open.push(handle)
        return { close: async () => void (await Promise.all(open.map((each) => each.close()))) }
      })(files)
    },
  },
]
