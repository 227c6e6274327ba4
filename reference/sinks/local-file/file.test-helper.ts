import { World } from '../../../simulators/index.ts'
import type { FileHandle } from '../../ports/file-system.ts'

const PATH = '/file'

/** Does something with a file that holds this. @param syncs told of each sync of it */
export async function withFile<T>(
  content: string,
  use: (file: FileHandle, size: number) => Promise<T>,
  syncs: () => void = () => {},
): Promise<T> {
  const world = new World({ seed: 1 })
  world.fileSystem.disk.put(PATH, content)
  const { fileSystem } = world.ports()
  return await world.run(async () => {
    const file = await fileSystem.open(PATH, 'r+')
    const sync = file.sync.bind(file)
    file.sync = async () => {
      await sync()
      syncs()
    }
    try {
      return await use(file, (await file.stat()).size)
    } finally {
      await file.close()
    }
  })
}
