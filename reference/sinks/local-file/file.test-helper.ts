import { World } from '../../../simulators/index.ts'
import type { FileHandle } from '../../ports/file-system.ts'

const PATH = '/file'

/** Does something with a file that holds this. */
export async function withFile<T>(
  content: string,
  use: (file: FileHandle, size: number) => Promise<T>,
): Promise<T> {
  const world = new World({ seed: 1 })
  world.fileSystem.disk.put(PATH, content)
  const { fileSystem } = world.ports()
  return await world.run(async () => {
    const file = await fileSystem.open(PATH, 'r+')
    try {
      return await use(file, (await file.stat()).size)
    } finally {
      await file.close()
    }
  })
}
