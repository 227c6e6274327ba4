import { setImmediate } from 'node:timers/promises'
import { collectGarbage } from './garbage.ts'

/**
 * Bytes that a block leaves in memory: what is held after it, more than before it, once garbage is collected. Negative where it frees something. A few ten
 * thousand bytes say nothing: they are what the engine keeps of code that ran. Let the block run a little before, for what is made once and kept.
 *
 *     await rotate(100)
 *     expect(await retainedBytes(() => rotate(1000))).toBeLessThan(300_000)
 */
export async function retainedBytes(block: () => unknown): Promise<number> {
  const before = await bytesHeld()
  await block()
  return (await bytesHeld()) - before
}

/** On the heap, and what it holds outside of it. */
async function bytesHeld(): Promise<number> {
  for (let time = 0; time < COLLECTIONS; time++) {
    collectGarbage()
    // oxlint-disable-next-line no-await-in-loop -- what is freed in a turn frees more in the next
    await setImmediate()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const COLLECTIONS = 4
