import { expect } from 'vitest'
import { never } from '../../engine/test-support.ts'
import { demonstrate } from '../fault.test-helper.ts'
import * as faults from './connection-faults.ts'
import { CONNECTION_DEMONSTRATIONS } from './connection-faults.test-helper.ts'

demonstrate(faults, {
  ...CONNECTION_DEMONSTRATIONS,

  endWithoutClose: async (rig) => {
    const stream = await rig.openLog()
    rig.inject(faults.endWithoutClose())
    expect(await stream.read({ signal: never })).toBeNull()
    expect([...rig.web.wires].map(({ staysOpen }) => staysOpen)).toEqual([true])
  },

  hungClose: async (rig) => {
    rig.inject(faults.hungClose())
    const stream = await rig.openLog()
    stream.destroy()
    const closed = stream.closed.then(() => 'closed')
    const later = rig.world.clock.sleep(3_600_000, { signal: never }).then(() => 'an hour later')
    expect(await Promise.race([closed, later])).toBe('an hour later')
  },
})
