import { expect, test } from 'vitest'
import { World } from '../../simulators/index.ts'
import { Lifecycle, type LifecycleParts } from './lifecycle.ts'

/** A start that does not end before it is told to, and does not listen to its signal. */
class DeafParts implements LifecycleParts<string> {
  readonly calls: string[] = []
  readonly starts: PromiseWithResolvers<void>[] = []

  async start(): Promise<void> {
    this.calls.push('start')
    const start = Promise.withResolvers<void>()
    this.starts.push(start)
    await start.promise
  }

  async stop(): Promise<string> {
    this.calls.push('stop')
    return 'stopped'
  }

  async abandon(): Promise<string> {
    this.calls.push('abandon')
    return 'abandoned'
  }
}

function rig(): { world: World; parts: DeafParts; lifecycle: Lifecycle<string> } {
  const world = new World({ seed: 1 })
  const parts = new DeafParts()
  return { world, parts, lifecycle: new Lifecycle(parts, 'nothing', { clock: world.clock, ms: 1000 }) }
}

test('a stop does not wait for a start that hangs longer than its patience, and the start is told so', async () => {
  const { world, parts, lifecycle } = rig()
  const started = lifecycle.start().then(
    () => 'started',
    (error: unknown) => String(error),
  )
  const stops = [lifecycle.stop(), lifecycle.stop()]
  await world.advance(999)
  expect(parts.calls).toEqual(['start'])
  await world.advance(2)
  expect(await Promise.all(stops)).toEqual(['abandoned', 'abandoned'])
  expect(await started).toContain('Stopped while starting')
  expect([parts.calls, lifecycle.state]).toEqual([['start', 'abandon'], 'stopped'])
})

test('an abandoned start that ends later changes nothing, also when another one runs', async () => {
  const { world, parts, lifecycle } = rig()
  lifecycle.start().catch(() => {})
  const stopped = lifecycle.stop()
  await world.advance(1001)
  await stopped
  const second = lifecycle.start()
  await world.advance(1)
  parts.starts[0]!.resolve()
  await world.advance(1)
  expect(lifecycle.state).toBe('starting')
  parts.starts[1]!.resolve()
  await world.advance(1)
  await second
  expect(lifecycle.state).toBe('running')
  expect(parts.calls).toEqual(['start', 'abandon', 'start'])
})

test('a start that ends within the patience is stopped as usual', async () => {
  const { world, parts, lifecycle } = rig()
  lifecycle.start().catch(() => {})
  const stopped = lifecycle.stop()
  await world.advance(500)
  parts.starts[0]!.resolve()
  await world.advance(1)
  expect(await stopped).toBe('stopped')
  expect(world.ledger.list()).toEqual([])
  expect(parts.calls).toEqual(['start', 'stop'])
})

test('an abandoned start that fails later changes nothing, also when another one runs', async () => {
  const { world, parts, lifecycle } = rig()
  lifecycle.start().catch(() => {})
  const stopped = lifecycle.stop()
  await world.advance(1001)
  await stopped
  lifecycle.start().catch(() => {})
  await world.advance(1)
  parts.starts[0]!.reject(new Error('late'))
  await world.advance(1)
  expect(lifecycle.state).toBe('starting')
  parts.starts[1]!.resolve()
  await world.advance(1)
  expect(lifecycle.state).toBe('running')
})

test('a stop says what it found: nothing where nothing ran, or where the start gave up by itself', async () => {
  const { world, parts, lifecycle } = rig()
  expect(await lifecycle.stop()).toBe('nothing')
  lifecycle.start().catch(() => {})
  const stopped = lifecycle.stop()
  parts.starts[0]!.reject(new Error('no engine'))
  await world.advance(1)
  expect([await stopped, lifecycle.state, parts.calls]).toEqual(['nothing', 'stopped', ['start']])
})

test('says that it is starting, running and stopping', async () => {
  const { parts, lifecycle } = rig()
  const started = lifecycle.start()
  const states = [lifecycle.state]
  await Promise.resolve()
  parts.starts[0]!.resolve()
  await started
  states.push(lifecycle.state)
  const stopped = lifecycle.stop()
  states.push(lifecycle.state)
  await stopped
  expect([...states, lifecycle.state]).toEqual(['starting', 'running', 'stopping', 'stopped'])
})
