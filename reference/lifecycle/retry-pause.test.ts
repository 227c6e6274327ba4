import { expect, test } from 'vitest'
import { World } from '../../simulators/index.ts'
import { RetryPause } from './retry-pause.ts'

const never = new AbortController().signal
/** The longest pause is drawn. */
const longest = { next: () => 1 }

/** How long the next pause takes, unless something ends it. */
async function pauseMs(world: World, pause: RetryPause): Promise<number> {
  const startedMs = world.nowMs
  await world.run(() => pause.wait({ signal: never }))
  return world.nowMs - startedMs
}

test('pauses grow up to thirty seconds, and begin anew after a success', async () => {
  const world = new World({ seed: 1 })
  const pause = new RetryPause(world.clock, longest)
  const pauses: number[] = []
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  for (let count = 0; count < 10; count++) pauses.push(Math.round(await pauseMs(world, pause)))
  expect([pauses[0], pauses[1], pauses.at(-1)]).toEqual([200, 400, 30_000])
  pause.reset()
  expect(Math.round(await pauseMs(world, pause))).toBe(200)
})

test('a stop ends the pause, and those after it last half a second at most', async () => {
  const world = new World({ seed: 1 })
  const pause = new RetryPause(world.clock, longest, { initialMs: 60_000, maxMs: 60_000 })
  let over = false
  void pause.wait({ signal: never }).then(() => (over = true))
  await world.advance(1000)
  expect(over).toBe(false)
  pause.hurry()
  await world.advance(1)
  expect(over).toBe(true)
  expect(Math.round(await pauseMs(world, pause))).toBe(500)
})
