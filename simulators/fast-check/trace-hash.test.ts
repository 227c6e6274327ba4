import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { traceHash } from '../fast-check.ts'
import { World } from '../world.ts'

/** A case that sleeps twice in a world, and does something else between. */
function sleeps(between: (world: World, n: number) => Promise<void> | void): fc.IAsyncProperty<[number]> {
  return fc.asyncProperty(fc.nat(100), async (n) => {
    const world = new World({ seed: n })
    const { clock } = world.ports()
    await world.run(() => clock.sleep(10, NEVER))
    await between(world, n)
    await world.run(() => clock.sleep(10, NEVER))
  })
}
const NEVER = { signal: new AbortController().signal }

async function failureOf<T>(property: fc.IAsyncProperty<T>, options: fc.Parameters<T>): Promise<string> {
  const { failed, errorInstance, counterexample } = await fc.check(property, { seed: 1, ...options })
  return failed ? `${String(errorInstance)} of ${JSON.stringify(counterexample)}` : 'none'
}

test('a property whose cases happen the same way twice holds, and each case is run twice', async () => {
  let runs = 0
  const property = sleeps(() => void (runs += 1))
  expect(await failureOf(property, { numRuns: 5, plugins: [traceHash()] })).toBe('none')
  expect(runs).toBe(10)
})

describe('a property that asks real time', () => {
  const property = sleeps(async (world, n) => {
    const { clock } = world.ports()
    if (n >= 7) await world.run(() => clock.sleep(performance.now(), NEVER))
  })

  test('fails, is shrunk, and the first event that differs is named with those before it', async () => {
    const failure = await failureOf(property, { plugins: [traceHash()] })
    expect(failure).toMatch(/The case does not happen the same way twice.*went another way at event 2:\n/)
    expect(failure).toMatch(/first run: +[\d.]+ ms {2}sleep\n +second run: +[\d.]+ ms {2}sleep\n/)
    expect(failure).toMatch(/The events before it, the same in both:\n +10\.000 ms {2}sleep of \[7\]$/)
  })

  test('holds without the plugin, and in the cases that are run once', async () => {
    expect(await failureOf(property, { numRuns: 5 })).toBe('none')
    expect(await failureOf(property, { numRuns: 5, plugins: [traceHash({ cases: 0 })] })).toBe('none')
  })
})

test('a property that leaves other bytes in a file fails, and the file is named', async () => {
  const property = sleeps(async (world) => {
    world.fileSystem.disk.put('/srv/same', 'the same')
    world.fileSystem.disk.put('/srv/now', `it is ${performance.now()}`)
  })
  const failure = await failureOf(property, { plugins: [traceHash()] })
  expect(failure).toMatch(
    /has the same events in both runs, and \/srv\/now differs: at byte \d+ the first run left "it is/,
  )
})

test('a property whose case has fewer events the second time fails', async () => {
  let runs = 0
  const property = sleeps(async (world) => {
    runs += 1
    if (runs % 2 === 1) await world.run(() => world.ports().clock.sleep(1, NEVER))
  })
  const failure = await failureOf(property, { numRuns: 1, endOnFailure: true, plugins: [traceHash()] })
  expect(failure).toMatch(
    /at event 2:\n +first run: +11\.000 ms {2}sleep\n +second run: +20\.000 ms {2}sleep/,
  )
})

test('a property that fails is not run again, and one that fails only the second time says so', async () => {
  let runs = 0
  const fails = sleeps(() => {
    runs += 1
    throw new Error('it is broken')
  })
  expect(await failureOf(fails, { numRuns: 1, endOnFailure: true, plugins: [traceHash()] })).toMatch(
    /it is broken/,
  )
  expect(runs).toBe(1)
  const second = sleeps(() => {
    runs += 1
    if (runs % 2 === 1) throw new Error('it is broken')
  })
  expect(await failureOf(second, { numRuns: 1, endOnFailure: true, plugins: [traceHash()] })).toMatch(
    /not happen the same way twice. The second run failed. .*second run: nothing more happens/s,
  )
})

test('what is drawn and used up by a run is there again in the second', async () => {
  const used: number[] = []
  const property = fc.asyncProperty(fc.nat(), fc.context(), async (seed, context) => {
    const world = new World({ seed })
    used.push(context.size())
    context.log('used')
    await world.advance(1)
  })
  expect(await failureOf(property, { numRuns: 2, plugins: [traceHash()] })).toBe('none')
  expect(used).toEqual([0, 0, 0, 0])
})

test('a property that makes no world fails, and so does one that is not asynchronous', async () => {
  const empty = fc.asyncProperty(fc.nat(), async () => {})
  expect(await failureOf(empty, { plugins: [traceHash()] })).toMatch(/it made no world in either/)
  const synchronous = fc.property(fc.nat(), () => {})
  const { errorInstance } = fc.check(synchronous, { plugins: [traceHash()] })
  expect(String(errorInstance)).toMatch(
    /Cannot use traceHash\(\) here: it is for properties made by fc\.asyncProperty/,
  )
})

test('a case that is skipped is skipped', async () => {
  const property = sleeps((_, n) => fc.pre(n % 2 === 0))
  expect(await failureOf(property, { numRuns: 4, plugins: [traceHash()] })).toBe('none')
})

test('worlds of cases that run at the same time are told apart', async () => {
  const holds = sleeps(() => {})
  const both = await Promise.all(
    [1, 2].map((seed) => failureOf(holds, { seed, numRuns: 3, plugins: [traceHash()] })),
  )
  expect(both).toEqual(['none', 'none'])
})

test('a number of cases that is none is refused', () => {
  expect(() => traceHash({ cases: -1 })).toThrow(/Cannot run -1 cases twice/)
})
