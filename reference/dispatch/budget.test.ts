import fc from 'fast-check'
import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { Budget, type Permit } from './budget.ts'

const { signal } = new AbortController()

/** Asks for permits without waiting; `given` has them in the order in which they were given. */
class Askers {
  readonly given: string[] = []
  readonly permits = new Map<string, Permit>()
  readonly budget: Budget

  constructor(bytesMax: number) {
    this.budget = new Budget({ bytesMax })
  }

  async ask(name: string, source: string, bytes: number): Promise<void> {
    this.budget.acquire(source, bytes, { signal }).then(
      (permit) => this.#take(name, permit),
      () => {},
    )
    await settle()
  }

  #take(name: string, permit: Permit): void {
    this.given.push(name)
    this.permits.set(name, permit)
  }

  async release(name: string): Promise<void> {
    this.permits.get(name)!.release()
    await settle()
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve()
}

describe('Budget', () => {
  test('never gives more than its bound, and gives it in the order in which it was asked for', async () => {
    const askers = new Askers(100)
    await askers.ask('a', 'A', 60)
    await askers.ask('b', 'B', 60)
    await askers.ask('c', 'C', 60)
    expect(askers.given).toEqual(['a'])
    await askers.release('a')
    expect(askers.given).toEqual(['a', 'b'])
    await askers.release('b')
    expect(askers.given).toEqual(['a', 'b', 'c'])
  })

  test('releasing twice is the same as once', async () => {
    const budget = new Budget({ bytesMax: 100 })
    const one = budget.tryAcquire('A', 60)!
    const two = budget.tryAcquire('B', 30)!
    one.release()
    one.release()
    expect(budget.held).toBe(30)
    two.release()
    expect(budget.held).toBe(0)
  })

  test('a source that has its share does not stand in the way of those behind it', async () => {
    const askers = new Askers(800)
    await askers.ask('a1', 'A', 100)
    await askers.ask('a2', 'A', 1)
    await askers.ask('b', 'B', 50)
    expect(askers.given).toEqual(['a1', 'b'])
    await askers.release('a1')
    expect(askers.given).toEqual(['a1', 'b', 'a2'])
  })

  test('what a source asks for later does not overtake what it asked for before', async () => {
    const askers = new Askers(800)
    await askers.ask('a1', 'A', 50)
    await askers.ask('a2', 'A', 90)
    await askers.ask('a3', 'A', 10)
    await askers.ask('b', 'B', 10)
    await askers.release('b')
    expect(askers.given).toEqual(['a1', 'b'])
    expect(askers.budget.tryAcquire('A', 10)).toBeNull()
    await askers.release('a1')
    expect(askers.given).toEqual(['a1', 'b', 'a2', 'a3'])
  })

  test('stalled sources leave half of the room to the others, however many they are', async () => {
    const budget = new Budget({ bytesMax: 1000 })
    for (let n = 0; n < 1000; n++) {
      budget.setStalled(`bad${n}`, true)
      budget.tryAcquire(`bad${n}`, 1)
    }
    expect(budget.held).toBe(500)
    expect(budget.tryAcquire('good', 100)).not.toBeNull()
  })

  test('a source that is no longer stalled gets what it waits for', async () => {
    const askers = new Askers(1000)
    askers.budget.setStalled('A', true)
    askers.budget.setStalled('B', true)
    await askers.ask('a', 'A', 500)
    await askers.ask('b', 'B', 10)
    expect(askers.given).toEqual(['a'])
    askers.budget.setStalled('B', false)
    await settle()
    expect(askers.given).toEqual(['a', 'b'])
  })

  test('a large permit gets its turn among small ones that keep coming', async () => {
    const askers = new Askers(1000)
    let next = 0
    const small: string[] = []
    const more = async (): Promise<void> => {
      const name = `small${next++}`
      small.push(name)
      await askers.ask(name, name, 10)
    }
    for (let n = 0; n < 100; n++) await more()
    await askers.ask('large', 'L', 900)
    for (let n = 0; n < 1000 && !askers.given.includes('large'); n++) {
      await askers.release(small.shift()!)
      await more()
    }
    expect(askers.given).toContain('large')
    // Small ones went on meanwhile: they were not all held up for it.
    expect(askers.given.indexOf('large')).toBeGreaterThan(150)
  })

  test('a permit larger than the bound is given when nothing is held', async () => {
    const askers = new Askers(100)
    await askers.ask('a', 'A', 10)
    await askers.ask('b', 'B', 500)
    expect(askers.given).toEqual(['a'])
    await askers.release('a')
    expect(askers.given).toEqual(['a', 'b'])
    expect(askers.budget.tryAcquire('C', 1)).toBeNull()
  })

  test('who gives up holds nothing, leaves no listener, and lets those behind it go on', async () => {
    const askers = new Askers(100)
    await askers.ask('a', 'A', 50)
    await askers.ask('x', 'X', 10)
    const controller = new AbortController()
    const givenUp = askers.budget.acquire('B', 90, controller)
    await askers.release('x')
    await askers.ask('c', 'C', 46)
    expect(askers.given).toEqual(['a', 'x'])
    controller.abort(new Error('enough'))
    await expect(givenUp).rejects.toThrow('enough')
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    await settle()
    expect(askers.given).toEqual(['a', 'x', 'c'])
    expect(askers.budget.held).toBe(96)
    await expect(askers.budget.acquire('D', 1, controller)).rejects.toThrow('enough')
  })

  test('one release among thousands who wait wakes only those who get their permit', async () => {
    const askers = new Askers(100)
    await askers.ask('first', 'first', 100)
    for (let n = 0; n < 3000; n++) askers.ask(`${n}`, `s${n}`, 50).catch(() => {})
    await settle()
    await askers.release('first')
    expect(askers.given).toEqual(['first', '0', '1'])
  })

  test('a bound that could hold nothing is refused', () => {
    expect(() => new Budget({ bytesMax: 0 })).toThrow(/budget of 0 bytes: expected a whole number/)
    expect(() => new Budget({ bytesMax: 1.5 })).toThrow(RangeError)
  })

  test('whatever is asked for, given up and given back: the bounds hold, and in the end everyone had its permit', async () => {
    const step = fc.oneof(
      fc.record({ ask: fc.nat(3), bytes: fc.integer({ min: 1, max: 120 }) }),
      fc.record({ release: fc.nat(20) }),
      fc.record({ abort: fc.nat(20) }),
      fc.record({ stall: fc.nat(3), stalled: fc.boolean() }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const budget = new Budget({ bytesMax: 100 })
        const held: Permit[] = []
        const asked: AbortController[] = []
        let waiting = 0
        for (const one of steps) {
          if ('ask' in one) {
            const controller = new AbortController()
            asked.push(controller)
            waiting += 1
            budget
              .acquire(`s${one.ask}`, one.bytes, controller)
              .then((permit) => held.push(permit))
              .catch(() => {})
              .finally(() => (waiting -= 1))
          }
          if ('release' in one) held.splice(one.release % Math.max(1, held.length), 1)[0]?.release()
          if ('abort' in one) asked[one.abort % Math.max(1, asked.length)]?.abort()
          if ('stall' in one) budget.setStalled(`s${one.stall}`, one.stalled)
          await settle()
          const sum = held.reduce((total, { bytes }) => total + bytes, 0)
          expect(budget.held).toBe(sum)
          expect(budget.waiting).toBe(waiting)
          if (held.length > 1) expect(sum).toBeLessThanOrEqual(100)
        }
        for (let rounds = 0; waiting + held.length > 0 && rounds < 200; rounds++) {
          held.shift()?.release()
          await settle()
        }
        expect([waiting, budget.held]).toEqual([0, 0])
      }),
      { numRuns: 300 },
    )
  })
})
