import { expect } from 'vitest'
import { never, readToEnd, readUntilIdle, readWithin } from '../../engine/test-support.ts'
import { demonstrate, failureOf } from '../fault.test-helper.ts'
import * as faults from './connection-faults.ts'

/** Bytes of a message with a line of four characters and its newline. */
const MESSAGE_BYTES = 8 + 30 + 1 + 5

demonstrate(faults, {
  hungOpen: async (rig) => {
    const fault = rig.inject(faults.hungOpen({ container: 'web' }))
    const deadline = new AbortController()
    const opening = rig.client.openLogs(rig.web.id, { signal: deadline.signal, follow: true })
    await rig.world.clock.sleep(60_000, { signal: never })
    deadline.abort(new Error('deadline'))
    expect(String(await failureOf(opening))).toContain('deadline')
    const second = rig.openLog()
    const waited = rig.durationOf(second)
    await rig.world.clock.sleep(5000, { signal: never })
    fault[Symbol.dispose]()
    expect(await waited).toBeGreaterThanOrEqual(5000)
  },

  lateHeaders: async (rig) => {
    rig.inject(faults.lateHeaders())
    const opening = rig.openLog()
    const waited = rig.durationOf(opening)
    await rig.world.clock.sleep(30_000, { signal: never })
    rig.web.write('stdout', 'late\n')
    expect(await waited).toBeGreaterThanOrEqual(30_000)
    expect(await rig.readLines(await opening)).toEqual(['late\n'])
  },

  hungRead: async (rig) => {
    const stream = await rig.openLog()
    const fault = rig.inject(faults.hungRead({ container: 'web' }))
    rig.web.write('stdout', 'here\n')
    rig.world.engine.exit('web')
    expect(await readWithin(rig.world, stream, 3_600_000)).toBe('idle')
    fault[Symbol.dispose]()
    expect(await readToEnd(stream)).toHaveLength(MESSAGE_BYTES)
  },

  idle: async (rig) => {
    const stream = await rig.openLog()
    rig.inject(faults.idle({ forMs: 20_000 }))
    rig.web.write('stdout', 'here\n')
    expect(await readWithin(rig.world, stream, 19_000)).toBe('idle')
    expect(await rig.durationOf(rig.readBytes(stream, MESSAGE_BYTES))).toBeLessThan(2000)
  },

  blocked: async (rig) => {
    for (const afterBytes of [0, 3, 8, 20]) {
      const stream = await rig.openLog({ tail: 0 })
      using _blocked = rig.inject(faults.blocked({ afterBytes, streams: 'open' }))
      rig.web.write('stdout', 'here\nmore\n')
      expect(await readUntilIdle(rig.world, stream)).toHaveLength(afterBytes)
      stream.destroy()
    }
  },

  halfFrameReset: async (rig) => {
    const stream = await rig.openLog()
    rig.inject(faults.halfFrameReset({ afterBytes: 5 }))
    rig.web.write('stdout', 'here\n')
    await rig.readBytes(stream, 5)
    expect(await failureOf(stream.read({ signal: never }))).toMatchObject({ code: 'unavailable' })
  },

  reset: async (rig) => {
    const [stream, other] = [await rig.openLog(), await rig.openLog({ follow: false })]
    rig.inject(faults.reset({ follow: true }))
    expect(await failureOf(stream.read({ signal: never }))).toMatchObject({ code: 'unavailable' })
    expect(await other.read({ signal: never })).toBeNull()
  },

  cleanEnd: async (rig) => {
    const stream = await rig.openLog()
    rig.inject(faults.cleanEnd())
    rig.web.write('stdout', 'here\n')
    expect(await stream.read({ signal: never })).toBeNull()
    expect(rig.web.running).toBe(true)
  },

  endWithoutClose: async (rig) => {
    const stream = await rig.openLog()
    rig.inject(faults.endWithoutClose())
    expect(await stream.read({ signal: never })).toBeNull()
    expect([...rig.web.wires].map(({ staysOpen }) => staysOpen)).toEqual([true])
  },

  neverEnds: async (rig) => {
    const stream = await rig.openLog()
    rig.inject(faults.neverEnds())
    rig.web.write('stdout', 'here\n')
    rig.world.engine.exit('web')
    await rig.readBytes(stream, MESSAGE_BYTES)
    expect(await readWithin(rig.world, stream, 3_600_000)).toBe('idle')
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
