import { describe, expect, test } from 'vitest'
import { World } from '../../simulators/index.ts'
import { Semaphore } from './semaphore.ts'
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

test('one is asked to yield for one that waits, however long it takes to give its slot back', async () => {
  const rig = new Rig(2)
  rig.acquire('a', { yieldMs: 3000 })
  rig.acquire('b')
  rig.acquire('patient')
  await rig.advance(7000)
  expect(rig.asked).toEqual(['a'])
  rig.end()
})

test('a holder that does not listen, or no longer, holds up no turn of others', async () => {
  const { world, pool, stop } = bare(3)
  await pool.acquire({ signal: never }).then((slot) => slot.caughtUp())
  const former = await pool.acquire({ signal: never })
  const asked: string[] = []
  former.onYield(() => asked.push('former'))[Symbol.dispose]()
  former.caughtUp()
  const listening = await pool.acquire({ signal: never })
  listening.onYield(() => asked.push('listening'))
  listening.caughtUp()
  for (let waiting = 0; waiting < 3; waiting++) void pool.acquire({ signal: never })
  await world.advance(6000)
  expect(asked).toEqual(['listening'])
  stop()
})

test('a turn is counted from the first time that its holder caught up, also when others waited before', async () => {
  const { world, pool, stop } = bare(1)
  const slot = await pool.acquire({ signal: never })
  const askedMs: number[] = []
  slot.onYield(() => askedMs.push(world.nowMs))
  void pool.acquire({ signal: never })
  await world.advance(10_000)
  expect(askedMs).toEqual([])
  for (let second = 0; second < 10; second++) {
    slot.caughtUp()
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await world.advance(1000)
  }
  expect(askedMs).toEqual([15_000])
  stop()
})

test('a slot that was given back has no turn any more: the turns of others end as if it had never been', async () => {
  for (const late of [false, true]) {
    const { world, pool, stop } = bare(2)
    // oxlint-disable no-await-in-loop -- one world after the other
    const gone = await pool.acquire({ signal: never })
    if (!late) gone.caughtUp()
    gone.release()
    if (late) gone.caughtUp()
    let asked = 0
    for (let holder = 0; holder < 2; holder++) {
      const slot = await pool.acquire({ signal: never })
      slot.onYield(() => (asked += 1))
      slot.caughtUp()
    }
    await world.advance(60_000)
    expect(asked).toBe(0)
    void pool.acquire({ signal: never })
    await world.advance(1)
    expect(asked).toBe(1)
    // oxlint-enable no-await-in-loop
    stop()
  }
})

test('a slot that was given back twice after it was asked for is back once: who comes next keeps its turn', async () => {
  const { world, pool, stop } = bare(1)
  const first = await pool.acquire({ signal: never })
  first.caughtUp()
  const second = pool.acquire({ signal: never })
  await world.advance(5001)
  first.release()
  first.release()
  const slot = await second
  let asked = 0
  slot.onYield(() => (asked += 1))
  slot.caughtUp()
  await world.advance(60_000)
  expect([asked, pool.active]).toEqual([0, 1])
  stop()
})

test('who gives up is told why, and who gave up before takes no slot, though one is free', async () => {
  const { pool, stop } = bare(1)
  const reason = new Error('enough')
  await expect(pool.acquire({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  expect([pool.active, pool.utilization]).toEqual([0, 0])
  await pool.acquire({ signal: never })
  const giving = new AbortController()
  const waiting = pool.acquire(giving)
  giving.abort(reason)
  await expect(waiting).rejects.toBe(reason)
  expect([pool.active, pool.waiting]).toEqual([1, 0])
  stop()
})

test('says how much of it is in use', async () => {
  const { pool, stop } = bare(4)
  await pool.acquire({ signal: never })
  expect(pool.utilization).toBe(0.25)
  stop()
})

test.each([0, -1, 1.5, NaN])('one of %d slots cannot be made', (capacity) => {
  expect(() => new SlotPool({ capacity, turnMs: 1, clock: new World({ seed: 1 }).clock })).toThrow(
    `capacity ${capacity}: expected a whole number of at least 1`,
  )
})

test('a permit that is given back twice leaves one place, not two', async () => {
  const semaphore = new Semaphore(2)
  const permit = await semaphore.acquire({ signal: never })
  await semaphore.acquire({ signal: never })
  permit.release()
  permit.release()
  expect(semaphore.held).toBe(1)
})

/** A pool of which the test is the holders. */
function bare(capacity: number): { world: World; pool: SlotPool; stop: () => void } {
  const world = new World({ seed: 1 })
  const pool = new SlotPool({ capacity, turnMs: 5000, clock: world.clock })
  const stopping = new AbortController()
  pool.keepTurns(stopping.signal).catch(() => {})
  return { world, pool, stop: () => stopping.abort() }
}

const never = new AbortController().signal

describe('another capacity', () => {
  test('that is larger lets in as many as there is room for, in their order, and others at once', async () => {
    const rig = new Rig(1)
    for (const name of ['a', 'b', 'c', 'd']) rig.acquire(name)
    await rig.advance(1)
    expect(rig.got).toEqual(['a'])
    rig.pool.reconfigure({ capacity: 3, turnMs: 5000 })
    await rig.advance(1)
    expect(rig.got).toEqual(['a', 'b', 'c'])
    expect([rig.pool.active, rig.pool.waiting, rig.pool.capacity]).toEqual([3, 1, 3])
    rig.pool.reconfigure({ capacity: 6, turnMs: 5000 })
    await rig.advance(1)
    rig.acquire('e')
    await rig.advance(1)
    expect(rig.got).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect([rig.pool.active, rig.pool.waiting]).toEqual([5, 0])
    rig.end()
  })

  test('that is smaller has the longest turns yield at once, and nobody enters before there is room', async () => {
    const rig = new Rig(3)
    for (const name of ['a', 'b', 'c']) {
      rig.acquire(name)
      // oxlint-disable-next-line no-await-in-loop -- in order
      await rig.advance(10)
    }
    rig.pool.reconfigure({ capacity: 1, turnMs: 5000 })
    await rig.advance(1)
    expect(rig.asked).toEqual(['a', 'b'])
    expect([rig.pool.active, rig.pool.utilization]).toEqual([3, 3])
    rig.acquire('d')
    await rig.advance(100)
    expect(rig.got).toEqual(['a', 'b', 'c'])
    expect([rig.pool.active, rig.pool.waiting]).toEqual([1, 1])
    await rig.advance(5000)
    expect(rig.asked).toEqual(['a', 'b', 'c'])
    expect(rig.got).toEqual(['a', 'b', 'c', 'd'])
    expect(rig.pool.active).toBe(1)
    rig.end()
  })

  test('a slot that yields for a smaller capacity is not asked for again while others wait', async () => {
    const rig = new Rig(2)
    rig.acquire('a', { yieldMs: 1000 })
    await rig.advance(10)
    rig.acquire('b')
    rig.acquire('urgent', { urgent: true })
    await rig.advance(1)
    expect(rig.asked).toEqual(['a'])
    rig.pool.reconfigure({ capacity: 1, turnMs: 5000 })
    await rig.advance(10)
    expect(rig.asked).toEqual(['a', 'b'])
    await rig.advance(1000)
    expect(rig.got).toEqual(['a', 'b', 'urgent'])
    rig.end()
  })

  test('a shorter turn counts for those that are under way', async () => {
    const rig = new Rig(1)
    rig.acquire('a')
    rig.acquire('b')
    await rig.advance(1000)
    rig.pool.reconfigure({ capacity: 1, turnMs: 1500 })
    await rig.advance(490)
    expect(rig.asked).toEqual([])
    await rig.advance(20)
    expect([rig.asked, rig.got]).toEqual([['a'], ['a', 'b']])
    rig.end()
  })
})
