import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { World } from '../../world.ts'
import type { SimulatedContainer } from '../simulated-container.ts'
import { framesOf } from '../test-support.ts'
import type { Behaviour } from './workload.ts'

/** All that is stored, as it goes over the wire. */
function storedIn({ log }: SimulatedContainer): Uint8Array {
  const { active } = log
  return active.view(0, active.length)
}

const CHATTY: Behaviour = { kind: 'chatty', everyMs: 100, jitter: 0.5, stream: 'both' }

describe('a line that nobody waits for', () => {
  test('is no event, and is there when somebody looks', async () => {
    const world = new World({ seed: 1 })
    const web = world.engine.addContainer({ name: 'web', behaviour: { kind: 'chatty', everyMs: 100 } })
    expect(world.scheduled).toEqual([])
    await world.advance(10_000)
    expect(world.eventCount).toBe(1)
    expect(web.lastNumber).toBe(100)
    expect([web.log.stored, web.expected.lines]).toEqual([100, 100])
  })

  test('has the stamp of the moment it was due, by the clock of that moment', async () => {
    const world = new World({ seed: 1, startAt: Date.UTC(2026, 0, 1) })
    const web = world.engine.addContainer({ name: 'web', behaviour: { kind: 'chatty', everyMs: 1000 } })
    await world.advance(1000)
    world.clock.stepWallTime(-3_600_000)
    await world.advance(1000)
    const [first, second] = framesOf(storedIn(web)).map(({ stamp }) => stamp)
    expect(first).toMatch(/^2026-01-01T00:00:00/)
    expect(second).toBe(first!.replace('2026-01-01T00:00:00', '2025-12-31T23:00:01'))
  })

  test('comes before what is written after it', async () => {
    const world = new World({ seed: 1 })
    const web = world.engine.addContainer({ name: 'web', behaviour: { kind: 'chatty', everyMs: 1000 } })
    await world.advance(1000)
    web.write('stdout', 'afterwards\n')
    expect(framesOf(storedIn(web)).map(({ data }) => data.split(' ')[0])).toEqual(['web', 'afterwards\n'])
  })

  test('is written though its container pauses, and none is while it does', async () => {
    const world = new World({ seed: 1 })
    const web = world.engine.addContainer({ name: 'web', behaviour: { kind: 'chatty', everyMs: 100 } })
    await world.advance(1000)
    world.engine.pause('web')
    await world.advance(1000)
    expect(web.log.stored).toBe(10)
  })
})

const longLine = (number: number): string => `${number}${'x'.repeat(40_000)}`

test('a line that ends late is open until the next one comes, or its process ends', async () => {
  const world = new World({ seed: 1 })
  const behaviour: Behaviour = { kind: 'chatty', everyMs: 1000, endsLate: true }
  const web = world.engine.addContainer({ name: 'web', behaviour, lineText: longLine, atExit: { lines: 1 } })
  await world.advance(2000)
  expect([web.lastNumber, web.expected.lines, web.expected.hasOpenLine]).toEqual([2, 1, true])
  world.engine.stop('web')
  expect(Buffer.from(web.expected.view()).toString()).toBe(`${[1, 2, 3].map(longLine).join('\n')}\n`)
})

test('who is told of stored lines is told of those of a container that is added later', async () => {
  const world = new World({ seed: 1 })
  const told: number[] = []
  const listening = world.engine.onStored(() => told.push(world.nowMs))
  world.engine.addContainer({ name: 'web', behaviour: { kind: 'chatty', everyMs: 1000 } })
  await world.advance(3000)
  expect(told).toHaveLength(3)
  listening[Symbol.dispose]()
  expect(world.scheduled).toEqual([])
})

/** Something that happens to a container, at random, and what it does until the next. */
type Step = { readonly ms: number; readonly act: (world: World, web: SimulatedContainer) => void }

const acts: Step['act'][] = [
  () => {},
  (_, web) => void web.log.stored,
  (_, web) => void web.expected.length,
  (_, web) => web.running && web.write('stdout', 'written\n'),
  (_, web) => web.running && web.write('stderr', 'in part'),
  (_, web) => web.running && web.writeNumberedLine(),
  (_, web) => web.setBehaviour({ kind: 'silent' }),
  (_, web) => web.setBehaviour({ kind: 'bursty', everyMs: 250, lines: 5 }),
  (_, web) => web.setBehaviour(CHATTY),
  (world) => world.engine.pause('web'),
  (world) => world.engine.unpause('web'),
  (world) => world.engine.stop('web'),
  (world) => world.engine.start('web'),
  (world) => world.clock.stepWallTime(-1000),
  (_, web) => void web.distortStamps((stamp) => stamp.toReversed()),
]

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({ ms: fc.integer({ min: 0, max: 700 }), act: fc.constantFrom(...acts) }),
  { maxLength: 20 },
)

/** Runs the steps; `isPunctual` has somebody be told of each line at its time. */
async function run(seed: number, list: readonly Step[], isPunctual: boolean): Promise<SimulatedContainer> {
  const world = new World({ seed })
  const late: number[] = []
  const web = world.engine.addContainer({ name: 'web', behaviour: CHATTY })
  if (isPunctual) world.engine.onStored(() => late.push(world.nowMs))
  for (const { ms, act } of list) {
    act(world, web)
    await world.advance(ms)
  }
  expect(late).toHaveLength(isPunctual ? web.log.stored : 0)
  return web
}

test('lines written late have the bytes, stamps and order of lines written at their time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), steps, async (seed, list) => {
      const [late, punctual] = [await run(seed, list, false), await run(seed, list, true)]
      expect(Buffer.from(storedIn(late)).toString()).toBe(Buffer.from(storedIn(punctual)).toString())
      expect(Buffer.compare(late.expected.view(), punctual.expected.view())).toBe(0)
    }),
  )
})
