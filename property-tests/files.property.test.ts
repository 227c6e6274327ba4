import { fc, test } from '@fast-check/vitest'
import { fileCommand } from './files/file-commands.ts'
import { FileWorld } from './files/file-world.ts'

const logs = [fc.integer(), fc.array(fileCommand, { minLength: 1, maxLength: 40, size: 'max' })] as const

test.prop([...logs], { numRuns: 25, seed: 1 })(
  'every line of files that grow, are rotated, cut and removed comes once and in order, but those that a cut or a removal took',
  async (seed, commands) => {
    const world = new FileWorld(seed)
    await world.start()
    for (const command of commands) await command.run(world)
    await world.end()
  },
)
