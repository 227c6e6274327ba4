import type { FileStat } from '../../../../reference/ports/index.ts'
import { fail, instead, replace, replaceOfHandles } from '../breaking.ts'
import type { FileSystemCase } from '../file-system-case.ts'
import { outcome, textOf, write } from '../place.ts'

const NOTHING: FileStat = { kind: 'other', size: 0, inode: 0, device: 0, modifiedMs: 0 }

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
    name: 'the stat says whether it is a file or a directory',
    observe: async (place) => {
      await place.put('file', '')
      await place.mkdir('directory')
      const kinds = [(await place.stat('file')).kind, (await place.stat('directory')).kind]
      return [...kinds, (await (await place.open('file', 'r')).stat()).kind]
    },
    expected: ['file', 'directory', 'file'],
    broken: replace((files) => ({ stat: async (path) => ({ ...(await files.stat(path)), kind: 'file' }) })),
  },
  {
    name: 'a file that was written to later was modified later, and reading it changes nothing of that',
    observe: async (place) => {
      const file = await place.appendTo('file')
      const begun = (await file.stat()).modifiedMs
      let later = begun
      // Time is as coarse as the file system has it.
      for (let writes = 0; writes < 1000 && later === begun; writes++) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await write(file, 'x')
        // oxlint-disable-next-line no-await-in-loop
        later = (await file.stat()).modifiedMs
      }
      await textOf(file)
      return [later > begun, (await place.stat('file')).modifiedMs === later]
    },
    expected: [true, true],
    broken: replaceOfHandles((handle) => ({
      stat: async () => ({ ...(await handle.stat()), modifiedMs: 0 }),
    })),
  },
  {
    name: 'what is not there has no stat',
    observe: (place) => outcome(place.size('none')),
    expected: 'ENOENT',
    broken: replace((files) => ({
      stat: (path) => instead(files.stat(path), 'ENOENT', () => NOTHING),
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
