import { setTimeout as delay } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { SimulatedEngine } from '../engine/simulated-engine.ts'
import { framesOf } from '../engine/test-support.ts'
import { RealTimeHost } from './real-time-host.ts'

test('what is scheduled happens in real time, unless it is cancelled', async () => {
  using host = new RealTimeHost(1)
  const happened: string[] = []
  host.schedule(20, 'late', () => happened.push('late'))
  host.schedule(5, 'early', () => happened.push('early'))
  host.schedule(5, 'never', () => happened.push('never')).cancel()
  await delay(60)
  expect(happened).toEqual(['early', 'late'])
})

test('nothing happens after it is disposed, not even what is scheduled later', async () => {
  const host = new RealTimeHost(1)
  let happened = false
  const happen = (): boolean => (happened = true)
  host.schedule(5, 'before', happen)
  host[Symbol.dispose]()
  host.schedule(5, 'after', happen)
  await delay(30)
  expect(happened).toBe(false)
})

test('a delay that no timer can have is refused', () => {
  using host = new RealTimeHost(1)
  expect(() => host.schedule(2 ** 31, 'far', () => {})).toThrow(RangeError)
})

test('its wall time has fractions, and follows a step of the system clock', () => {
  using host = new RealTimeHost(1)
  const before = host.clock.wallTime()
  expect(Math.abs(before - Date.now())).toBeLessThan(5)
  expect(host.clock.wallTime()).toBeGreaterThan(before)
  using _stepped = vi.spyOn(Date, 'now').mockReturnValue(1_000_000)
  expect(host.clock.wallTime()).toBeCloseTo(1_000_000, 3)
})

test('lines are stored in the order of their numbers, though time passes while one is written', () => {
  using host = new RealTimeHost(1)
  let nowMs = performance.now()
  using _passing = vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += 3))
  const engine = new SimulatedEngine(host)
  const web = engine.addContainer({ name: 'web', behaviour: { kind: 'chatty', everyMs: 5 } })
  for (let written = 0; written < 20; written++) web.writeNumberedLine()
  const { active } = web.log
  const frames = framesOf(active.view(0, active.length))
  expect(frames.map(({ data }) => Number(data.split(' ')[1]))).toEqual(frames.map((_, index) => index + 1))
})
