import { expect, test } from 'vitest'
import { World } from '../../simulators/index.ts'
import { Condition } from './condition.ts'
import { WakeUp } from './wake-up.ts'

const never = new AbortController().signal

/** Waiters that say when they are woken, or why they are not. */
function rig(): {
  world: World
  condition: Condition
  woken: string[]
  wait: (name: string) => AbortController
} {
  const condition = new Condition()
  const woken: string[] = []
  const wait = (name: string): AbortController => {
    const controller = new AbortController()
    condition.wait(controller).then(
      () => woken.push(name),
      (error: unknown) => woken.push(`${name}: ${String(error)}`),
    )
    return controller
  }
  return { world: new World({ seed: 1 }), condition, woken, wait }
}

test('a change that serves one wakes the one who has waited longest, and is nothing to nobody', async () => {
  const { world, condition, woken, wait } = rig()
  condition.notifyOne()
  for (const name of ['a', 'b', 'c']) wait(name)
  await world.advance(1)
  expect(woken).toEqual([])
  condition.notifyOne()
  condition.notifyOne()
  await world.advance(1)
  expect(woken).toEqual(['a', 'b'])
})

test('a change wakes all who wait, and none who waits again', async () => {
  const { world, condition, woken, wait } = rig()
  wait('a')
  wait('b')
  condition.notifyAll()
  wait('c')
  wait('d')
  condition.notifyOne()
  await world.advance(1)
  expect(woken).toEqual(['a', 'b', 'c'])
})

test('who gave up is told why, and no change is spent on it', async () => {
  const { world, condition, woken, wait } = rig()
  const first = wait('a')
  wait('b')
  first.abort(new Error('enough'))
  await world.advance(1)
  condition.notifyOne()
  await world.advance(1)
  expect(woken).toEqual(['a: Error: enough', 'b'])
  const reason = new Error('before')
  const refused = condition.wait({ signal: AbortSignal.abort(reason) })
  wait('c')
  condition.notifyOne()
  await expect(refused).rejects.toBe(reason)
  expect(woken.at(-1)).toBe('c')
})

test('a wait with a limit ends with it, is spent no change afterwards, and leaves no timer when it ends before', async () => {
  const { world, condition, woken, wait } = rig()
  void condition.waitAtMost(world.clock, 1000, { signal: never }).then(() => woken.push('limited'))
  wait('a')
  await world.advance(999)
  expect(woken).toEqual([])
  await world.advance(2)
  expect(woken).toEqual(['limited'])
  condition.notifyOne()
  await world.advance(1)
  expect(woken).toEqual(['limited', 'a'])
  void condition.waitAtMost(world.clock, 1000, { signal: never }).then(() => woken.push('woken'))
  condition.notifyAll()
  await world.advance(1)
  expect([woken.at(-1), world.ledger.list()]).toEqual(['woken', []])
})

test('a round that is wanted during a round is not lost, and however often it is wanted it is one', async () => {
  const { world } = rig()
  const wakeUp = new WakeUp()
  const roundsAtMs: number[] = []
  const rounds = async (): Promise<void> => {
    for (let round = 0; round < 4; round++) {
      // oxlint-disable-next-line no-await-in-loop -- rounds
      await wakeUp.waitAtMost(world.clock, 1000, { signal: never })
      roundsAtMs.push(world.nowMs)
    }
  }
  wakeUp.ask()
  wakeUp.ask()
  void rounds()
  await world.advance(500)
  expect(roundsAtMs).toEqual([0])
  wakeUp.ask()
  await world.advance(1500)
  expect(roundsAtMs).toEqual([0, 500, 1500])
})

test('nobody has a round before one is wanted, or its time has come', async () => {
  const { world } = rig()
  let rounds = 0
  void new WakeUp().waitAtMost(world.clock, 1000, { signal: never }).then(() => (rounds += 1))
  await world.advance(900)
  expect(rounds).toBe(0)
  await world.advance(200)
  expect(rounds).toBe(1)
})
