import { expect, test } from 'vitest'
import { World } from '../../simulators/index.ts'
import { DeadlineError, withDeadline } from './deadline.ts'

const forever = (): Promise<never> => new Promise(() => {})

/** Runs an operation of which the signal is kept, with a deadline of a second. */
function run(
  world: World,
  operation: () => Promise<unknown>,
): { outer: AbortController; inner: AbortSignal[] } {
  const outer = new AbortController()
  const inner: AbortSignal[] = []
  withDeadline(world.clock, 'it', 1000, outer.signal, (signal) => {
    inner.push(signal)
    return operation()
  }).catch((error: unknown) => outcomes.push(error))
  return { outer, inner }
}

const outcomes: unknown[] = []

test('what misses its deadline is told to end', async () => {
  const world = new World({ seed: 1 })
  const { inner } = run(world, forever)
  await world.advance(999)
  expect(inner[0]?.aborted).toBe(false)
  await world.advance(1)
  expect([inner[0]?.aborted, outcomes.pop()]).toEqual([true, expect.any(DeadlineError)])
})

test('what is cancelled from outside is told so, with the reason', async () => {
  const world = new World({ seed: 1 })
  const { inner, outer } = run(world, forever)
  const reason = new Error('enough')
  outer.abort(reason)
  expect(inner[0]?.reason).toBe(reason)
  await world.advance(1)
  expect([outcomes.pop(), world.ledger.list()]).toEqual([reason, []])
})

test('what ended in time leaves no timer', async () => {
  const world = new World({ seed: 1 })
  run(world, () => Promise.resolve())
  await world.advance(1)
  expect(world.ledger.list()).toEqual([])
})
