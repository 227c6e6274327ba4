import { availableParallelism, loadavg } from 'node:os'
import { expect, test } from 'vitest'
import { FollowedStreams } from './followed-streams.test-helper.ts'

const STREAMS = 1000
const WARM_UP_MS = 120_000
const ROUND_MS = 120_000
const ROUNDS = 12

/** Less than this, times real time, shows that something is broken, on a machine as busy as may be. */
const SANITY = 5

/**
 * `goal`: what the median round is to reach on a quiet machine. A thousand is a line in a microsecond: made, stored, sent, read and hashed. The fastest
 * comes first: each pays for those before it, with a larger heap and code that was compiled for more cases.
 */
const ways = [
  { name: 'deliveries gathered for 30 s', options: { gather: { ms: 30_000 } }, goal: 1000 },
  { name: 'deliveries gathered for 10 s', options: { gather: { ms: 10_000 } }, goal: 500 },
  { name: 'deliveries gathered for 1 s', options: { gather: { ms: 1000 } }, goal: 120 },
  { name: 'each line delivered by itself', options: {}, goal: 80 },
]

for (const { name, options, goal } of ways) {
  test(`1,000 streams of one line a second, ${name}`, async ({ bench }) => {
    const streams = new FollowedStreams(STREAMS, options)
    await streams.world.advance(WARM_UP_MS)
    const before = streams.linesRead
    const result = await bench(name, async () => {
      await streams.world.advance(ROUND_MS)
    }).run({
      iterations: ROUNDS,
      warmup: false,
      time: 0,
    })
    const lines = streams.linesRead - before
    expect(await streams.finish()).toEqual([])
    expect(lines / ROUNDS / STREAMS / (ROUND_MS / 1000)).toBeCloseTo(1, 1)

    const [median, best] = [ROUND_MS / result.latency.p50, ROUND_MS / result.latency.min]
    const machine = isQuiet() ? 'on a quiet machine' : 'on a busy machine, so not held to its goal'
    console.log(`${name}: ${median.toFixed(0)} times real time (best ${best.toFixed(0)}), ${machine}`)
    expect(median).toBeGreaterThan(isQuiet() ? goal : SANITY)
  })
}

/** Whether the benchmark had a core to itself: it is one of what runs. */
function isQuiet(): boolean {
  return loadavg()[0]! < availableParallelism()
}
