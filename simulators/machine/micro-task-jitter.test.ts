import { expect, test } from 'vitest'
import { World } from '../world.ts'
import { SeededRandom } from '../world/seeded-random.ts'
import { MicroTaskJitter } from './micro-task-jitter.ts'

const { signal } = new AbortController()
const SEEDS = Array.from({ length: 20 }, (_, seed) => seed)

/** Micro-tasks until a promise settles. */
async function microTasks(promise: Promise<unknown>): Promise<number> {
  const done = Promise.resolve()
  const watch = { over: false }
  const end = (): void => void (watch.over = true)
  promise.then(end, end)
  let count = 0
  // oxlint-disable-next-line no-await-in-loop -- counts them
  for (; !watch.over; count++) await done
  return count
}

/** Of two hundred promises of which half are rejected. */
async function counts(seed: number): Promise<number[]> {
  const jitter = new MicroTaskJitter(new SeededRandom(seed))
  const call = jitter.call((fails: boolean) => (fails ? Promise.reject(new Error('no')) : Promise.resolve()))
  const all: number[] = []
  for (let time = 0; time < 200; time++) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    all.push(await microTasks(call(time % 2 === 0)))
  }
  return all
}

test('promises settle up to eight micro-tasks later, half of them none, as the seed says', async () => {
  const first = await counts(1)
  const least = Math.min(...first)
  expect(Math.max(...first)).toBe(least + 8)
  expect(first.filter((count) => count === least).length).toBeGreaterThan(60)
  expect(await counts(1)).toEqual(first)
  expect(await counts(2)).not.toEqual(first)
})

/** Two sleeps that are given up at once: which of them takes notice first. */
async function firstToNotice(seed: number, microTaskJitter: boolean): Promise<string> {
  const world = new World({ seed, microTaskJitter })
  const { clock } = world.ports()
  const giveUp = new AbortController()
  const order: string[] = []
  const sleep = async (name: string): Promise<void> => {
    await clock.sleep(1000, { signal: giveUp.signal }).catch(() => order.push(name))
  }
  const sleeps = Promise.all([sleep('one'), sleep('other')])
  giveUp.abort()
  await world.run(() => sleeps)
  return order[0]!
}

async function allWhoNotice(jitter: boolean): Promise<string[]> {
  const first = new Set<string>()
  for (const seed of SEEDS) {
    // oxlint-disable-next-line no-await-in-loop -- one world at a time
    first.add(await firstToNotice(seed, jitter))
  }
  return [...first].toSorted()
}

test('in a world with jitter nobody can count on being the first of two that wait for the same', async () => {
  expect(await allWhoNotice(false)).toEqual(['one'])
  expect(await allWhoNotice(true)).toEqual(['one', 'other'])
})

test('values, errors and what was opened come as they do without it', async () => {
  const world = new World({ seed: 1, microTaskJitter: true })
  const { engine, fileSystem, clock } = world.ports()
  await expect(world.run(() => fileSystem.open('/none', 'r'))).rejects.toThrow(/ENOENT/)
  const file = await world.run(() => fileSystem.open('/f', 'w'))
  expect(await world.run(() => file.write([Buffer.from('a line')]))).toBe(6)
  await world.run(() => file.close())
  world.engine.addContainer({ name: 'web' }).writeNumberedLine()
  const { id } = world.engine.container('web')
  const stream = await world.run(() => engine.openLogs(id, { follow: false, signal }))
  expect(await world.run(() => stream.read({ signal }))).toBeInstanceOf(Uint8Array)
  stream.destroy()
  await world.run(() => stream.closed)
  expect(clock.now()).toBe(world.clock.now())
  expect(world.ledger.list()).toEqual([])
})
