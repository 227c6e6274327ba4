import { expect, test } from 'vitest'
import { World } from '../../simulators/index.ts'
import { SlotPool, type Slot } from './slot-pool.ts'

/** A pool whose holders give their slot back `yieldMs` after they were asked to. */
class Rig {
  readonly world = new World({ seed: 1 })
  readonly pool: SlotPool
  /** Who got a slot, in order, and who was asked to yield. */
  readonly got: string[] = []
  readonly asked: string[] = []
  readonly #stop = new AbortController()

  constructor(capacity: number) {
    this.pool = new SlotPool({ capacity, turnMs: 5000, clock: this.world.clock })
    this.pool.keepTurns(this.#stop.signal).catch(() => {})
  }

  acquire(name: string, options: { urgent?: boolean; yieldMs?: number } = {}): AbortController {
    const { urgent = false, yieldMs = 2 } = options
    const controller = new AbortController()
    const hold = (slot: Slot): void => {
      this.got.push(name)
      slot.onYield(() => {
        this.asked.push(name)
        void this.world.clock.sleep(yieldMs, { signal: never }).then(() => slot.release())
      })
      slot.caughtUp()
    }
    this.pool.acquire({ signal: controller.signal, urgent }).then(hold, () => {})
    return controller
  }

  async advance(ms: number): Promise<void> {
    await this.world.advance(ms)
  }

  end(): void {
    this.#stop.abort()
  }
}

test('an urgent caller of a full pool has a slot as soon as the longest turn was given back, within its time', async () => {
  const rig = new Rig(2)
  rig.acquire('first')
  await rig.advance(10)
  rig.acquire('second')
  await rig.advance(10)
  rig.acquire('urgent', { urgent: true })
  await rig.advance(3)
  expect(rig.asked).toEqual(['first'])
  expect(rig.got).toEqual(['first', 'second', 'urgent'])
  rig.end()
})

test('an urgent caller comes before everyone who waited before it, and the limit stays hard', async () => {
  const rig = new Rig(1)
  rig.acquire('holder')
  rig.acquire('patient')
  await rig.advance(10)
  rig.acquire('urgent', { urgent: true })
  await rig.advance(3)
  expect(rig.got).toEqual(['holder', 'urgent'])
  expect(rig.pool.active).toBe(1)
  rig.end()
})

test('two urgent callers have two turns asked to yield, and are served in their order', async () => {
  const rig = new Rig(2)
  rig.acquire('a')
  rig.acquire('b')
  await rig.advance(10)
  rig.acquire('urgent 1', { urgent: true })
  rig.acquire('urgent 2', { urgent: true })
  await rig.advance(3)
  expect(rig.asked).toEqual(['a', 'b'])
  expect(rig.got.slice(2)).toEqual(['urgent 1', 'urgent 2'])
  rig.end()
})

test('a turn that is being given back for another one serves the urgent, and no second turn is asked to yield for it at once', async () => {
  const rig = new Rig(2)
  rig.acquire('a', { yieldMs: 100 })
  await rig.advance(1000)
  rig.acquire('b')
  rig.acquire('patient')
  await rig.advance(4050)
  expect(rig.asked).toEqual(['a'])
  rig.acquire('urgent', { urgent: true })
  await rig.advance(60)
  expect(rig.asked).toEqual(['a'])
  expect(rig.got).toEqual(['a', 'b', 'urgent'])
  rig.end()
})

test('an urgent caller that gives up takes nothing from those who wait', async () => {
  const rig = new Rig(1)
  rig.acquire('holder', { yieldMs: 50 })
  rig.acquire('patient')
  await rig.advance(10)
  const urgent = rig.acquire('urgent', { urgent: true })
  await rig.advance(1)
  urgent.abort()
  await rig.advance(100)
  expect(rig.got).toEqual(['holder', 'patient'])
  rig.end()
})

test('turns end in the order in which they began, each when it is over, while others wait', async () => {
  const rig = new Rig(3)
  for (const name of ['a', 'b', 'c']) {
    rig.acquire(name)
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await rig.advance(1000)
  }
  for (const name of ['d', 'e', 'f']) rig.acquire(name)
  await rig.advance(1900)
  expect(rig.asked).toEqual([])
  await rig.advance(200)
  expect(rig.asked).toEqual(['a'])
  await rig.advance(1000)
  expect(rig.asked).toEqual(['a', 'b'])
  await rig.advance(1000)
  expect(rig.got).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  rig.end()
})

test('nobody is asked to yield while nobody waits', async () => {
  const rig = new Rig(2)
  rig.acquire('a')
  await rig.advance(60_000)
  expect(rig.asked).toEqual([])
  rig.end()
})

const never = new AbortController().signal
