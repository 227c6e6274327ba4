import { expect, test } from 'vitest'
import { checkCollector } from './collector.property.ts'

const CASES = 40
const FIRST_SEED = 20_260_101

for (const engine of ['20.10', '26', '29', 'podman-5'] as const) {
  test(
    `cases of the collector's property on ${engine}, on one core`,
    { timeout: 300_000 },
    async ({ bench }) => {
      let spentUs = 0
      let cases = 0
      await bench(`${CASES} cases on ${engine}`, async () => {
        const before = process.cpuUsage()
        const { failure } = await checkCollector({
          seed: FIRST_SEED + cases,
          numRuns: CASES,
          engines: [engine],
        })
        const { user, system } = process.cpuUsage(before)
        spentUs += user + system
        cases += CASES
        expect(failure).toBeNull()
      }).run({ iterations: 3, warmup: false, time: 0 })
      // Of the processor, not of the clock: what else runs on the machine does not count.
      console.log(`${engine}: ${(cases / (spentUs / 1e6)).toFixed(1)} cases a second of one core`)
    },
  )
}
