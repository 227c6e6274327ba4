import { fc, test } from '@fast-check/vitest'
import { describe, expect, test as plainTest } from 'vitest'
import { SlotPool, type Slot } from '../reference/lifecycle/slot-pool.ts'
import { World } from '../simulators/index.ts'

type Operation =
  | { readonly kind: 'acquire'; readonly urgent: boolean }
  | { readonly kind: 'release' | 'release again' | 'give up'; readonly which: number }

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('acquire' as const), urgent: fc.boolean() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('release' as const, 'release again' as const, 'give up' as const),
      which: fc.nat(30),
    }),
  },
)

/** A pool, and what it should be: who holds a slot, and who waits, in order, the urgent first. */
class Comparison {
  readonly pool: SlotPool
  readonly holding: number[] = []
  readonly waiting: number[] = []
  readonly #urgent = new Set<number>()
  readonly #slots = new Map<number, Slot>()
  readonly #released: Slot[] = []
  readonly #callers = new Map<number, AbortController>()
  #lastCaller = 0

  constructor(capacity: number) {
    const { clock } = new World({ seed: 1 })
    this.pool = new SlotPool({ capacity, turnMs: 5000, clock })
  }

  async perform(step: Operation): Promise<void> {
    if (step.kind === 'acquire') this.#acquire(step.urgent)
    else if (step.kind === 'release') this.#release(step.which)
    else if (step.kind === 'release again') this.#released[step.which]?.release()
    else this.#giveUp(step.which)
    await new Promise(setImmediate)
  }

  /** Callers that were given a slot and have not released it. */
  get given(): number[] {
    return [...this.#slots.keys()]
  }

  #acquire(urgent: boolean): void {
    const caller = ++this.#lastCaller
    const controller = new AbortController()
    this.#callers.set(caller, controller)
    this.pool.acquire({ signal: controller.signal, urgent }).then(
      (slot) => this.#slots.set(caller, slot),
      () => {},
    )
    if (this.holding.length < this.pool.capacity) this.holding.push(caller)
    else this.#wait(caller, urgent)
  }

  #wait(caller: number, urgent: boolean): void {
    if (urgent) this.#urgent.add(caller)
    const usual = this.waiting.findIndex((other) => !this.#urgent.has(other))
    const place = urgent && usual >= 0 ? usual : this.waiting.length
    this.waiting.splice(place, 0, caller)
  }

  #release(which: number): void {
    const [caller] = this.holding.splice(which % (this.holding.length || 1), 1)
    if (caller === undefined) return
    const slot = this.#slots.get(caller)!
    this.#slots.delete(caller)
    this.#released.push(slot)
    slot.release()
    const next = this.waiting.shift()
    if (next !== undefined) this.holding.push(next)
  }

  #giveUp(which: number): void {
    const [caller] = this.waiting.splice(which % (this.waiting.length || 1), 1)
    if (caller !== undefined) this.#callers.get(caller)!.abort()
  }
}

test.prop([fc.integer({ min: 1, max: 4 }), fc.array(operation, { maxLength: 40, size: 'max' })], {
  numRuns: 200,
  seed: 1,
})(
  'slots go to who waited longest, the urgent first, never more than there are, and a release counts once',
  async (capacity, steps) => {
    const comparison = new Comparison(capacity)
    const { pool, holding, waiting } = comparison
    for (const step of steps) {
      // oxlint-disable-next-line no-await-in-loop -- a sequence
      await comparison.perform(step)
      expect(comparison.given.toSorted((a, b) => a - b)).toEqual(holding.toSorted((a, b) => a - b))
      expect([pool.active, pool.waiting]).toEqual([holding.length, waiting.length])
    }
  },
)

describe('many at once', () => {
  plainTest(
    'of 100 concurrent acquirers no more hold a slot at once than there are slots, and each gets one',
    async () => {
      const world = new World({ seed: 1 })
      const pool = new SlotPool({ capacity: 7, turnMs: 5000, clock: world.clock })
      let most = 0
      const hold = async (): Promise<void> => {
        using _ = await pool.acquire({ signal: never })
        most = Math.max(most, pool.active)
        await world.clock.sleep(world.random.between(1, 50), { signal: never })
      }
      await world.run(() => Promise.all(Array.from({ length: 100 }, hold)))
      expect(most).toBe(7)
      expect(pool.active).toBe(0)
    },
  )

  plainTest('of 200 that want one of 50 slots for ever each gets a turn in every four rounds', async () => {
    const world = new World({ seed: 1 })
    const pool = new SlotPool({ capacity: 50, turnMs: TURN_MS, clock: world.clock })
    const turns = Array.from({ length: 200 }, () => 0)
    const stopping = new AbortController()
    const follow = async (index: number): Promise<void> => {
      for (;;) {
        // oxlint-disable no-await-in-loop -- turn after turn
        using slot = await pool.acquire(stopping)
        const { promise, resolve } = Promise.withResolvers<void>()
        using _ = slot.onYield(resolve)
        turns[index]! += 1
        slot.caughtUp()
        await promise
        // oxlint-enable no-await-in-loop
      }
    }
    pool.keepTurns(stopping.signal).catch(() => {})
    for (const index of turns.keys()) follow(index).catch(() => {})
    await world.advance(ROUNDS * 4 * TURN_MS + 1000)
    stopping.abort()
    expect(Math.min(...turns)).toBeGreaterThanOrEqual(ROUNDS)
    expect(Math.max(...turns) - Math.min(...turns)).toBeLessThanOrEqual(1)
  })
})

const never = new AbortController().signal
const TURN_MS = 5000
const ROUNDS = 10
