import { expect } from 'vitest'
import { never } from '../../engine/test-support.ts'
import type { DemonstrationRig, Demonstrations } from '../demonstration-rig.test-helper.ts'
import { failureOf } from '../fault.test-helper.ts'
import * as faults from './call-faults.ts'

export const CALL_DEMONSTRATIONS: Demonstrations<typeof faults> = {
  neverAnswered: async (rig) => await expectNoAnswer(rig, faults.neverAnswered({ operation: 'list' })),

  headersThenNothing: async (rig) =>
    await expectNoAnswer(rig, faults.headersThenNothing({ operation: 'list' })),

  errorStatus: async (rig) => {
    const codes: unknown[] = []
    for (const status of [404, 409, 500, 501, 503]) {
      rig.inject(faults.errorStatus({ status, operation: 'inspect', times: 1 }))
      const answer = rig.client.inspectContainer(rig.web.id, { signal: never })
      codes.push(await answer.catch((error: { code: string }) => error.code))
    }
    expect(codes).toEqual(['not_found', 'conflict', 'unavailable', 'not_supported', 'unavailable'])
    expect(await rig.client.inspectContainer(rig.web.id, { signal: never })).toMatchObject({ id: rig.web.id })
  },

  malformedJson: async (rig) => {
    using _malformed = rig.inject(faults.malformedJson())
    await expect(rig.client.listContainers({ signal: never })).rejects.toMatchObject({ code: 'protocol' })
    await expect(rig.client.info({ signal: never })).rejects.toMatchObject({ code: 'protocol' })
  },

  slowAnswer: async (rig) => {
    rig.inject(faults.slowAnswer({ operation: 'list', delayMs: rig.ms(7000) }))
    expect(await rig.durationOf(rig.client.listContainers({ signal: never }))).toBeGreaterThanOrEqual(
      rig.ms(7000) - 1,
    )
    expect(await rig.durationOf(rig.client.info({ signal: never }))).toBeLessThan(rig.atMostMs(100))
  },

  emptyList: async (rig) => {
    rig.inject(faults.emptyList({ times: 2 }))
    const lengths: number[] = []
    for (let call = 0; call < 3; call++)
      lengths.push((await rig.client.listContainers({ signal: never })).length)
    expect(lengths.slice(0, 2)).toEqual([0, 0])
    expect(lengths[2]).toBeGreaterThan(0)
  },

  eventsRefused: async (rig) => {
    const fault = rig.inject(faults.eventsRefused())
    const refused = await failureOf(rig.client.openEvents({ signal: never }))
    expect(refused).toMatchObject({ code: 'protocol', message: expect.stringContaining('403') })
    expect(await rig.client.listContainers({ signal: never })).not.toHaveLength(0)
    fault[Symbol.dispose]()
    ;(await rig.client.openEvents({ signal: never })).destroy()
  },

  lateEventHeaders: async (rig) => {
    const fault = rig.inject(faults.lateEventHeaders())
    const [first, second] = [
      rig.durationOf(rig.client.openEvents({ signal: never })),
      rig.client.openEvents({ signal: never }),
    ]
    await rig.sleep(rig.ms(600_000))
    await rig.pause()
    expect(await first).toBeGreaterThanOrEqual(rig.ms(600_000) - 1)
    expect(await (await second).read({ signal: never })).toMatchObject({ action: 'pause' })
    const third = rig.client.openEvents({ signal: never })
    fault[Symbol.dispose]()
    await third
  },

  inspectFails: async (rig) => {
    const { id } = await rig.addContainer('other')
    rig.inject(faults.inspectFails({ container: 'web' }))
    for (let call = 0; call < 3; call++) {
      const refused = await failureOf(rig.client.inspectContainer(rig.web.id, { signal: never }))
      expect(refused).toMatchObject({ code: 'unavailable' })
    }
    expect(await rig.client.inspectContainer(id, { signal: never })).toMatchObject({ id })
    await rig.web.write('stdout', 'here\n')
    expect(await rig.readLines(await rig.openLog())).toEqual(['here\n'])
  },
}

async function expectNoAnswer(
  rig: DemonstrationRig,
  fault: ReturnType<typeof faults.neverAnswered>,
): Promise<void> {
  const injected = rig.inject(fault)
  const answer = rig.durationOf(rig.client.listContainers({ signal: never }))
  await rig.client.info({ signal: never })
  await rig.sleep(rig.ms(600_000))
  injected[Symbol.dispose]()
  expect(await answer).toBeGreaterThanOrEqual(rig.ms(600_000) - 1)
}
