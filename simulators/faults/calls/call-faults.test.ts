import { expect, test } from 'vitest'
import { never } from '../../engine/test-support.ts'
import { demonstrate, failureOf, FaultRig } from '../fault.test-helper.ts'
import * as faults from './call-faults.ts'

demonstrate(faults, {
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
    expect(await rig.client.inspectContainer(rig.web.id, { signal: never })).toMatchObject({ name: 'web' })
  },

  malformedJson: async (rig) => {
    using _malformed = rig.inject(faults.malformedJson())
    await expect(rig.client.listContainers({ signal: never })).rejects.toMatchObject({ code: 'protocol' })
    await expect(rig.client.info({ signal: never })).rejects.toMatchObject({ code: 'protocol' })
  },

  slowAnswer: async (rig) => {
    rig.inject(faults.slowAnswer({ operation: 'list', delayMs: 7000 }))
    expect(await rig.durationOf(rig.client.listContainers({ signal: never }))).toBeGreaterThanOrEqual(7000)
    expect(await rig.durationOf(rig.client.info({ signal: never }))).toBeLessThan(100)
  },

  emptyList: async (rig) => {
    rig.inject(faults.emptyList({ times: 2 }))
    const lengths: number[] = []
    for (let call = 0; call < 3; call++)
      lengths.push((await rig.client.listContainers({ signal: never })).length)
    expect(lengths).toEqual([0, 0, 1])
  },

  eventsRefused: async (rig) => {
    const fault = rig.inject(faults.eventsRefused())
    const refused = await failureOf(rig.client.openEvents({ signal: never }))
    expect(refused).toMatchObject({ code: 'protocol', message: expect.stringContaining('403') })
    expect(await rig.client.listContainers({ signal: never })).toHaveLength(1)
    fault[Symbol.dispose]()
    ;(await rig.client.openEvents({ signal: never })).destroy()
  },

  lateEventHeaders: async (rig) => {
    const fault = rig.inject(faults.lateEventHeaders())
    const [first, second] = [
      rig.durationOf(rig.client.openEvents({ signal: never })),
      rig.client.openEvents({ signal: never }),
    ]
    await rig.world.clock.sleep(600_000, { signal: never })
    rig.world.engine.pause('web')
    expect(await first).toBeGreaterThanOrEqual(600_000)
    expect(await (await second).read({ signal: never })).toMatchObject({ action: 'pause' })
    const third = rig.client.openEvents({ signal: never })
    fault[Symbol.dispose]()
    await third
  },

  inspectFails: async (rig) => {
    rig.world.engine.addContainer({ name: 'other' })
    rig.inject(faults.inspectFails({ container: 'web' }))
    for (let call = 0; call < 3; call++) {
      const refused = await failureOf(rig.client.inspectContainer(rig.web.id, { signal: never }))
      expect(refused).toMatchObject({ code: 'unavailable' })
    }
    const { id } = rig.world.engine.container('other')
    expect(await rig.client.inspectContainer(id, { signal: never })).toMatchObject({ name: 'other' })
    rig.web.write('stdout', 'here\n')
    expect(await rig.readLines(await rig.openLog())).toEqual(['here\n'])
  },
})

async function expectNoAnswer(rig: FaultRig, fault: ReturnType<typeof faults.neverAnswered>): Promise<void> {
  const injected = rig.inject(fault)
  const answer = rig.durationOf(rig.client.listContainers({ signal: never }))
  await rig.client.info({ signal: never })
  await rig.world.clock.sleep(600_000, { signal: never })
  injected[Symbol.dispose]()
  expect(await answer).toBeGreaterThanOrEqual(600_000)
}

test('faults of calls strike as often as was ordered, the first that was ordered first', async () => {
  const rig = new FaultRig()
  rig.inject(faults.errorStatus({ status: 409, operation: 'list', times: 2 }))
  rig.inject(faults.errorStatus({ status: 404, times: 1 }))
  await rig.world.run(async () => {
    const codes: unknown[] = []
    for (let call = 0; call < 4; call++) {
      codes.push(
        await rig.client.listContainers({ signal: never }).then(
          () => 'ok',
          (error: { code: string }) => error.code,
        ),
      )
    }
    expect(codes).toEqual(['conflict', 'conflict', 'not_found', 'ok'])
  })
})

test.each([
  [
    { status: 99 },
    'Cannot order error-status: status: 99 is not allowed; allowed: a whole number from 400 to 599',
  ],
  [
    {},
    'Cannot order error-status: status: undefined is not allowed; allowed: a whole number from 400 to 599',
  ],
  [
    { status: 500, operation: 'lists' },
    'Cannot order error-status: operation: "lists" is not allowed; allowed: info, list, inspect, events, logs',
  ],
  [
    { status: 500, time: 1 },
    'Cannot order error-status: unknown parameter time; allowed: status, operation, times',
  ],
])('a parameter that is wrong is named with what is allowed: %j', (options, message) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a caller without types may give
  expect(() => faults.errorStatus(options as { status: number })).toThrow(new RangeError(message))
})
