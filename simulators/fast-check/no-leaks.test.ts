import { setTimeout } from 'node:timers'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { noLeaks, type NoLeaksOptions } from '../fast-check.ts'
import { World } from '../world.ts'

const NEVER = { signal: new AbortController().signal }
const undo: (() => void)[] = []
afterEach(() => {
  for (const each of undo.splice(0)) each()
})

/** A case of a world, which ends with something of its own. */
function endsWith(end: (world: World, n: number) => void): fc.IAsyncProperty<[number]> {
  return fc.asyncProperty(fc.nat(100), async (n) => {
    const world = new World({ seed: n })
    await world.run(() => world.ports().clock.sleep(10, NEVER))
    end(world, n)
  })
}

async function failureOf<T>(
  property: fc.IAsyncProperty<T>,
  options: NoLeaksOptions = {},
  parameters: fc.Parameters<T> = {},
): Promise<string> {
  const plugins = [noLeaks<T>(options)]
  const { failed, errorInstance, counterexample } = await fc.check(property, {
    seed: 1,
    ...parameters,
    plugins,
  })
  return failed ? `${String(errorInstance)} of ${JSON.stringify(counterexample)}` : 'none'
}

test('a property that leaves nothing open holds', async () => {
  expect(
    await failureOf(
      endsWith(() => {}),
      { settleMs: 0 },
      { numRuns: 3 },
    ),
  ).toBe('none')
})

describe('a property that leaves something open in its world', () => {
  const property = endsWith((world, n) => {
    // Its own signal: a listener on one that others have would be open in the process too.
    if (n >= 7) void world.ports().clock.sleep(60_000, new AbortController())
  })

  test('fails, is shrunk, and the line that opened it is named', async () => {
    const failure = await failureOf(property, { where: 'worlds' })
    expect(failure).toMatch(/left something open in its world:\n +timer: sleep of 60000 ms, since 10\.000 ms/)
    expect(failure).toMatch(/opened at .*no-leaks\.test\.ts:\d+:\d+ of \[7\]$/)
  })

  test('holds where only the process is looked at', async () => {
    expect(
      await failureOf(property, { where: 'process', settleMs: 0 }, { examples: [[7]], numRuns: 1 }),
    ).toBe('none')
  })
})

describe('a property that leaves something open in the process', () => {
  const property = endsWith((_, n) => {
    if (n < 7) return
    const timer = setTimeout(() => {}, 60_000)
    undo.push(() => clearTimeout(timer))
  })

  test('fails, and the line that opened it is named', async () => {
    const failure = await failureOf(
      property,
      { settleMs: 0 },
      { examples: [[7]], numRuns: 1, endOnFailure: true },
    )
    expect(failure).toMatch(/timer.*no-leaks\.test\.ts:\d+/s)
    expect(failure).toMatch(/of \[7\]$/)
  })

  test('holds where only worlds are looked at', async () => {
    expect(await failureOf(property, { where: 'worlds' }, { examples: [[7]], numRuns: 1 })).toBe('none')
  })
})

test('a case that fails says why, and not what it left open', async () => {
  const property = endsWith((world) => {
    void world.ports().clock.sleep(60_000, NEVER)
    throw new Error('it is broken')
  })
  for (const where of ['both', 'worlds'] as const)
    // oxlint-disable-next-line no-await-in-loop -- one property at a time
    expect(await failureOf(property, { where, settleMs: 0 }, { numRuns: 1, endOnFailure: true })).toMatch(
      /it is broken/,
    )
})

test('what is drawn and used up by a round is there again in the next', async () => {
  const used: number[] = []
  const property = fc.asyncProperty(fc.context(), async (context) => {
    used.push(context.size())
    context.log('used')
  })
  expect(await failureOf(property, { rounds: 2, settleMs: 0 }, { numRuns: 1 })).toBe('none')
  expect(used).toEqual([0, 0])
})

test('options that make no sense are refused', async () => {
  // @ts-expect-error -- as JavaScript may say it
  expect(() => noLeaks({ where: 'everywhere' })).toThrow(
    /Cannot look for leaks where "everywhere" says: it is both, worlds, process/,
  )
  expect(
    await failureOf(
      endsWith(() => {}),
      { settleMs: -1 },
    ),
  ).toMatch(/Cannot use settleMs -1/)
})

test('a property that is not asynchronous fails', () => {
  const { errorInstance } = fc.check(
    fc.property(fc.nat(), () => {}),
    { plugins: [noLeaks({ where: 'worlds' })] },
  )
  expect(String(errorInstance)).toMatch(/Cannot use noLeaks\(\) here/)
})
