import { expect, test } from 'vitest'
import { ApiRig } from './api-rig.test-helper.ts'
import { RequestRate } from './request-rate.ts'

test('as many as a second allows pass at once, then so many a second', () => {
  let nowMs = 0
  const rate = new RequestRate(10, { monotonic: () => nowMs })
  const passing = (): number => Array.from({ length: 100 }, () => rate.take()).filter(Boolean).length
  expect(passing()).toBe(10)
  nowMs += 250
  expect(passing()).toBe(2)
  nowMs += 250
  expect(passing()).toBe(3)
  nowMs += 3_600_000
  expect(passing()).toBe(10)
})

test('requests beyond the rate are told when to come again; health has a rate of its own, and who has no token takes nothing of it', async () => {
  const value = 'open-sesame-0123456789'
  const rig = new ApiRig({ config: { api: { requestsPerSecond: 3, token: { value, file: null } } } })
  await rig.start()
  const withToken = { authorization: `Bearer ${value}` }
  const statuses = async (path: string, headers: Record<string, string>): Promise<number[]> =>
    (await rig.world.run(() => rig.getTogether(path, 5, headers))).map(({ status }) => status)
  expect(await statuses('/status', {})).toEqual([401, 401, 401, 401, 401])
  expect(await statuses('/status', withToken)).toEqual([200, 200, 200, 429, 429])
  expect(await statuses('/health/live', {})).toEqual([200, 200, 200, 429, 429])
  expect(await rig.collector.metrics.text()).toContain('log_capturer_api_refused_total{reason="rate"} 4')
  await rig.world.advance(1000)
  expect((await rig.get('/status', withToken)).status).toBe(200)
})
