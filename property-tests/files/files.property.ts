import fc from 'fast-check'
import { fileCommand, type FileCommand } from './file-commands.ts'
import { FileWorld } from './file-world.ts'

/** Whatever becomes of files and their directories, the disk and the collector: every line comes once and in order, but those that a cut or a removal took. */
export const filesProperty: fc.IAsyncProperty<[seed: number, commands: FileCommand[]]> = fc.asyncProperty(
  fc.integer(),
  fc.array(fileCommand, { minLength: 1, maxLength: 40, size: 'max' }),
  async (seed, commands) => {
    const world = new FileWorld(seed)
    await world.start()
    for (const command of commands) await command.run(world)
    await world.end()
  },
)
