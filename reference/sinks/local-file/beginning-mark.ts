import type { SinkMark } from '../../dispatch/sink.ts'
import type { FileSystem } from '../../ports/file-system.ts'
import { codeOf } from '../../errors.ts'
import { digest, markOf, readTail } from './place.ts'
import { nextGeneration } from './rotated-files.ts'

/**
 * The mark of a source that has nothing in the file yet, which holds what it holds: of somebody else, or of a time that nobody remembers. What comes is looked
 * for behind that only, so that a line is not taken for one that was there before.
 */
export async function beginningMark(fileSystem: FileSystem, path: string): Promise<SinkMark> {
  const generation = await nextGeneration(fileSystem, path)
  try {
    const file = await fileSystem.open(path, 'r')
    try {
      const { size, inode, device } = await file.stat()
      return markOf({
        length: size,
        identity: { inode, device },
        tail: digest(await readTail(file, size)),
        generation,
      })
    } finally {
      await file.close()
    }
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    return markOf({ length: 0, identity: NO_FILE, tail: undefined, generation })
  }
}

/** No file is that, so that whatever is there later was begun since. */
const NO_FILE = { inode: 0, device: 0 }
