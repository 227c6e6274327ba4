import { expect } from 'vitest'
import { never, readWithin } from '../../engine/test-support.ts'
import { demonstrate } from '../fault.test-helper.ts'
import { calm } from './calm.ts'
import { hungRead } from './connection-faults.ts'

demonstrate(
  { calm },
  {
    calm: async (rig) => {
      rig.world.engine.addContainer({ name: 'other' })
      rig.world.inject(hungRead({ container: 'web' }))
      rig.world.inject(hungRead({ container: 'other' }))
      rig.web.write('stdout', 'one\n')
      rig.world.engine.container('other').write('stdout', 'one\n')
      const stream = await rig.openLog()
      const other = await rig.client.openLogs('other', { signal: never, follow: true })
      rig.inject(calm({ container: 'web' }))
      expect(await rig.readLines(stream)).toEqual(['one\n'])
      expect(await readWithin(rig.world, other, 60_000)).toBe('idle')
      rig.inject(calm())
      expect(await rig.readLines(other)).toEqual(['one\n'])
    },
  },
)
