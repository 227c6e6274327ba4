import { fail, instead, replace, replaceOfHandles } from '../breaking.ts'
import type { FileSystemCase } from '../file-system-case.ts'
import { outcome, write } from '../place.ts'

export const STAT_CASES: readonly FileSystemCase[] = [
  {
    name: 'the size is that of the contents, by name and by handle',
    observe: async (place) => {
      const file = await place.appendTo('file')
      await write(file, 'abc')
      return [await place.size('file'), (await file.stat()).size]
    },
    expected: [3, 3],
    broken: replaceOfHandles((handle) => ({ stat: async () => ({ ...(await handle.stat()), size: 0 }) })),
  },
  {
    name: 'name and handle tell the same inode and device, other files another inode',
    observe: async (place) => {
      const [one, two] = [await place.appendTo('one'), await place.appendTo('two')]
      const [first, second] = [await one.stat(), await two.stat()]
      const isOne = (await place.inode('one')) === first.inode
      return [isOne, first.device === second.device, first.inode === second.inode]
    },
    expected: [true, true, false],
    broken: replaceOfHandles((handle) => ({
      stat: async () => ({ ...(await handle.stat()), inode: Number.MAX_SAFE_INTEGER }),
    })),
  },
  {
    name: 'what is not there has no stat',
    observe: (place) => outcome(place.size('none')),
    expected: 'ENOENT',
    broken: replace((files) => ({
      stat: (path) => instead(files.stat(path), 'ENOENT', () => ({ size: 0, inode: 0, device: 0 })),
    })),
  },
  {
    name: 'below a file there is no stat',
    observe: async (place) => {
      await place.put('file', '')
      return await outcome(place.size('file/below'))
    },
    expected: 'ENOTDIR',
    broken: replace((files) => ({
      stat: (path) => instead(files.stat(path), 'ENOTDIR', () => fail('ENOENT')),
    })),
  },
]
