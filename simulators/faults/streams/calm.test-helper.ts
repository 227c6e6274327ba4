import { expect } from 'vitest'
import { never } from '../../engine/test-support.ts'
import type { Demonstrations } from '../demonstration-rig.test-helper.ts'
import { calm } from './calm.ts'
import { hungRead } from './connection-faults.ts'

export const CALM_DEMONSTRATION: Demonstrations<{ readonly calm: typeof calm }> = {
  calm: async (rig) => {
    const another = await rig.addContainer('other')
    rig.inject(hungRead({ container: 'web' }))
    rig.inject(hungRead({ container: 'other' }))
    await rig.web.write('stdout', 'one\n')
    await another.write('stdout', 'one\n')
    const stream = await rig.openLog()
    const other = await rig.client.openLogs(another.id, { signal: never, follow: true })
    rig.inject(calm({ container: 'web' }))
    expect(await rig.readLines(stream)).toEqual(['one\n'])
    expect(await rig.readWithin(other, rig.ms(60_000))).toBe('idle')
    rig.inject(calm())
    expect(await rig.readLines(other)).toEqual(['one\n'])
  },
}
