import { expect, test } from 'vitest'
import { readUntilIdle } from '../../engine/test-support.ts'
import { demonstrate, FaultRig } from '../fault.test-helper.ts'
import * as faults from './frame-faults.ts'
import { FRAME_DEMONSTRATIONS } from './frame-faults.test-helper.ts'

demonstrate(faults, FRAME_DEMONSTRATIONS)

test('a stream of a TTY has no frames, and none is slipped in', async () => {
  const rig = new FaultRig({ tty: true })
  rig.web.write('stdout', 'one\n')
  await rig.world.run(async () => {
    for (const kind of [faults.garbageHeader, faults.errorFrame, faults.giantFrame])
      rig.inject(kind({ streams: 'next' }))
    const text = Buffer.from(await readUntilIdle(rig.world, await rig.openLog())).toString()
    expect(text.slice(31)).toBe('one\r\n')
  })
})
