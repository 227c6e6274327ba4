import { expect } from 'vitest'
import { never, readToEnd } from '../../engine/test-support.ts'
import type { Demonstrations } from '../demonstration-rig.test-helper.ts'
import { failureOf } from '../fault.test-helper.ts'
import * as faults from './connection-faults.ts'

/** Bytes of a message with a line of four characters and its newline. */
export const MESSAGE_BYTES: number = 8 + 30 + 1 + 5

/** Those that are to be seen in process and over sockets in the same way. */
export const CONNECTION_DEMONSTRATIONS: Omit<
  Demonstrations<typeof faults>,
  'endWithoutClose' | 'hungClose'
> = {
  hungOpen: async (rig) => {
    const fault = rig.inject(faults.hungOpen({ container: 'web' }))
    const deadline = new AbortController()
    const opening = rig.client.openLogs(rig.web.id, { signal: deadline.signal, follow: true })
    await rig.sleep(rig.ms(60_000))
    deadline.abort(new Error('deadline'))
    expect(String(await failureOf(opening))).toContain('deadline')
    const second = rig.openLog()
    const waited = rig.durationOf(second)
    await rig.sleep(rig.ms(5000))
    fault[Symbol.dispose]()
    expect(await waited).toBeGreaterThanOrEqual(rig.ms(5000) - 1)
  },

  lateHeaders: async (rig) => {
    rig.inject(faults.lateHeaders())
    const opening = rig.openLog()
    const waited = rig.durationOf(opening)
    await rig.sleep(rig.ms(30_000))
    await rig.web.write('stdout', 'late\n')
    expect(await waited).toBeGreaterThanOrEqual(rig.ms(30_000) - 1)
    expect(await rig.readLines(await opening)).toEqual(['late\n'])
  },

  hungRead: async (rig) => {
    const stream = await rig.openLog()
    const fault = rig.inject(faults.hungRead({ container: 'web' }))
    await rig.web.write('stdout', 'here\n')
    await rig.exit()
    expect(await rig.readWithin(stream, rig.ms(3_600_000))).toBe('idle')
    fault[Symbol.dispose]()
    expect(await readToEnd(stream)).toHaveLength(MESSAGE_BYTES)
  },

  idle: async (rig) => {
    const stream = await rig.openLog()
    rig.inject(faults.idle({ forMs: rig.ms(20_000) }))
    await rig.web.write('stdout', 'here\n')
    expect(await rig.readWithin(stream, rig.ms(10_000))).toBe('idle')
    expect(await rig.durationOf(rig.readBytes(stream, MESSAGE_BYTES))).toBeLessThan(rig.atMostMs(12_000))
  },

  blocked: async (rig) => {
    for (const afterBytes of [0, 3, 8, 20]) {
      const stream = await rig.openLog({ tail: 0 })
      using _blocked = rig.inject(faults.blocked({ afterBytes, streams: 'open' }))
      await rig.web.write('stdout', 'here\nmore\n')
      expect(await rig.readUntilIdle(stream)).toHaveLength(afterBytes)
      stream.destroy()
    }
  },

  halfFrameReset: async (rig) => {
    const stream = await rig.openLog()
    rig.inject(faults.halfFrameReset({ afterBytes: 5 }))
    await rig.web.write('stdout', 'here\n')
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
    await rig.web.write('stdout', 'here\n')
    expect(await stream.read({ signal: never })).toBeNull()
    expect(await rig.client.inspectContainer(rig.web.id, { signal: never })).toMatchObject({ running: true })
  },

  neverEnds: async (rig) => {
    const stream = await rig.openLog()
    rig.inject(faults.neverEnds())
    await rig.web.write('stdout', 'here\n')
    await rig.exit()
    await rig.readBytes(stream, MESSAGE_BYTES)
    expect(await rig.readWithin(stream, rig.ms(3_600_000))).toBe('idle')
  },
}
