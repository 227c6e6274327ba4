import { describe, expect, test } from 'vitest'
import { World } from '../../simulators/index.ts'
import type { Diagnostics } from '../ports/diagnostics.ts'
import { ApiRig } from './api-rig.test-helper.ts'
import { Captures } from './captures.ts'

const never = new AbortController().signal

test('a snapshot and a profile are taken for who has the token, and for nobody else', async () => {
  const value = 'open-sesame-0123456789'
  const rig = new ApiRig({ config: { api: { token: { value, file: null } } } })
  await rig.start()
  for (const path of ['/debug/heap-snapshot', '/debug/cpu-profile']) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    expect((await rig.post(path)).status).toBe(401)
    // oxlint-disable-next-line no-await-in-loop
    expect(await rig.post(path, { authorization: `Bearer ${value}` })).toMatchObject({
      status: 200,
      body: expect.any(Object),
    })
  }
})

test('one at a time: another one is told to come again', async () => {
  const rig = new ApiRig()
  await rig.start()
  const answers = await rig.postTogether('/debug/cpu-profile', '/debug/heap-snapshot', '/debug/cpu-profile')
  expect(answers.map(({ status }) => status)).toEqual([200, 409, 409])
  expect((await rig.post('/debug/heap-snapshot')).status).toBe(200)
  expect(await rig.stop()).toEqual([])
})

describe('one that does not end', () => {
  const hung: Diagnostics = {
    async *heapSnapshot() {
      yield new Uint8Array(1)
      await new Promise(() => {})
    },
    cpuProfile: (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
      }),
  }

  function capturesIn(world: World): Captures {
    const { clock, logger } = world.ports()
    return new Captures({ clock, logger, diagnostics: hung })
  }

  test('is cut off at its deadline, and another one may begin', async () => {
    const world = new World({ seed: 1 })
    const captures = capturesIn(world)
    expect((await world.run(() => captures.cpuProfile(1))).status).toBe(503)
    expect(world.nowMs).toBeLessThan(12_000)
    const { stream } = captures.heapSnapshot()
    expect(captures.heapSnapshot().status).toBe(409)
    await world.advance(121_000)
    expect(stream?.signal.aborted).toBe(true)
    expect(captures.heapSnapshot().status).toBe(200)
  })

  test('is cut off by a stop', async () => {
    const world = new World({ seed: 1 })
    const captures = capturesIn(world)
    const profile = captures.cpuProfile(60)
    await world.run(async () => {
      await world.clock.sleep(1000, { signal: never })
      for (const step of captures.stopSteps()) await step.run(100)
      expect((await profile).status).toBe(503)
    })
    expect(world.nowMs).toBeLessThan(2000)
  })
})
