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

test('what ended in time, well or not, is not told to end', async () => {
  const world = new World({ seed: 1 })
  const well = run(world, () => Promise.resolve())
  const failed = run(world, () => Promise.reject(new Error('broken')))
  await world.advance(5000)
  expect(outcomes.pop()).toEqual(new Error('broken'))
  expect([well.inner[0]?.aborted, failed.inner[0]?.aborted]).toEqual([false, false])
})

test('what arrives after the deadline is given back, what arrives in time is not', async () => {
  const world = new World({ seed: 1 })
  const released: string[] = []
  const open = (afterMs: number, name: string): Promise<string> =>
    withDeadline(
      world.clock,
      'opening',
      1000,
      never,
      () => world.clock.sleep(afterMs, { signal: never }).then(() => name),
      (late) => released.push(late),
    )
  expect(await world.run(() => open(999, 'early'))).toBe('early')
  const late = open(2000, 'late').catch((error: unknown) => error)
  await world.advance(3000)
  expect(released).toEqual(['late'])
  expect(await late).toMatchObject({
    name: 'DeadlineError',
    message: 'Cannot finish opening: it took longer than 1000 ms',
    operation: 'opening',
    deadlineMs: 1000,
  })
})

test("what fails after the deadline is nobody's error any more", async () => {
  const world = new World({ seed: 1 })
  run(world, () => world.clock.sleep(2000, { signal: never }).then(() => Promise.reject(new Error('late'))))
  await world.advance(3000)
  expect(outcomes.splice(0)).toEqual([expect.any(DeadlineError)])
})

test("what arrives after the deadline where nobody gives it back is nobody's error", async () => {
  const world = new World({ seed: 1 })
  const unhandled: unknown[] = []
  const note = (error: unknown): void => void unhandled.push(error)
  process.on('unhandledRejection', note)
  run(world, () => world.clock.sleep(2000, { signal: never }))
  await world.advance(3000)
  await new Promise(setImmediate)
  process.off('unhandledRejection', note)
  expect([outcomes.splice(0), unhandled]).toEqual([[expect.any(DeadlineError)], []])
})

test('what is cancelled before it begins does not begin', async () => {
  const world = new World({ seed: 1 })
  const reason = new Error('before')
  let begun = false
  const begin = async (): Promise<void> => void (begun = true)
  await expect(withDeadline(world.clock, 'it', 1000, AbortSignal.abort(reason), begin)).rejects.toBe(reason)
  expect(begun).toBe(false)
})

const never = new AbortController().signal
