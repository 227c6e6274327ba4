import { availableParallelism, loadavg } from 'node:os'
import { expect, test } from 'vitest'
import { FollowedStreams } from './followed-streams.test-helper.ts'

const STREAMS = 1000
const WARM_UP_MS = 120_000
const ROUND_MS = 60_000
const ROUNDS = 15

/** What the virtual world is to reach with gathered deliveries, times real time. */
const GOAL = 1000
/** What anything less than shows that something is broken, on any machine. */
const SANITY = 50

const ways = [
  { name: 'each line delivered by itself', options: {}, goal: SANITY },
  { name: 'deliveries gathered for 1 s', options: { gather: { ms: 1000 } }, goal: SANITY },
  { name: 'deliveries gathered for 5 s', options: { gather: { ms: 5000 } }, goal: GOAL },
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

    const ratio = ROUND_MS / result.latency.p50
    console.log(`${name}: ${Math.round(ratio)} times real time, the median of ${ROUNDS} minutes`)
    expect(ratio).toBeGreaterThan(isQuiet() ? goal : SANITY)
  })
}

/** Whether the benchmark had a core to itself: it is one of what runs. */
function isQuiet(): boolean {
  return loadavg()[0]! < availableParallelism()
}
