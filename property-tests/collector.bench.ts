import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'
import { expect, test } from 'vitest'
import { compared, readHistory, record, type Measured } from './benchmark/history.ts'
import { unitOfWork } from './benchmark/unit-of-work.ts'
import { checkCollector, type CollectorPropertyOptions } from './collector.property.ts'
import { anyCommandOrCrash } from './collector/crash-command.ts'

/** Cases that are not measured: the first ones of a process are slow, because their code is not compiled yet. */
const WARM_UP = 400
const ROUNDS = 10
const CASES = 100
const UNITS = 20
const FIRST_SEED = 20_260_101

const benchmarks: Readonly<Record<string, Partial<CollectorPropertyOptions>>> = {
  collector: {},
  crash: { engines: ['20.10', '26', '28'], command: anyCommandOrCrash() },
}

for (const [name, options] of Object.entries(benchmarks)) {
  test(`cases of the property ${name}, on one core`, { timeout: 600_000 }, async ({ bench }) => {
    await run({ ...options, seed: FIRST_SEED - 1, numRuns: WARM_UP })
    let casesUs = 0
    let unitsUs = 0
    let seed = FIRST_SEED
    await bench(`${CASES} cases of ${name}`, async () => {
      // One after the other and again: what slows the machine down for a while slows both.
      unitsUs += await spentUs(someUnits)
      casesUs += await spentUs(() => run({ ...options, seed: seed++, numRuns: CASES }))
    }).run({ iterations: ROUNDS, warmup: false, time: 0 })
    const perCaseUs = casesUs / (seed - FIRST_SEED) / CASES
    const perUnitUs = unitsUs / (seed - FIRST_SEED) / UNITS
    const now: Measured = {
      at: new Date().toISOString(),
      commit: commit(),
      node: process.version,
      processor: cpus()[0]?.model ?? 'unknown',
      benchmark: name,
      casesPerSecond: rounded(1e6 / perCaseUs),
      unitsPerCase: rounded(perCaseUs / perUnitUs),
    }
    console.log(compared(now, readHistory()))
    if (process.env['WATERTIGHT_BENCH_RECORD'] === '1') record(now)
  })
}

async function run(options: CollectorPropertyOptions): Promise<void> {
  expect((await checkCollector(options)).failure).toBeNull()
}

async function someUnits(): Promise<void> {
  for (let unit = 0; unit < UNITS; unit++) {
    // oxlint-disable-next-line no-await-in-loop -- it is what is measured
    await unitOfWork()
  }
}

/** Of the processor, not of the clock: what else runs on the machine does not count. */
async function spentUs(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

function commit(): string {
  const changed = git('status', '--porcelain', '--', ':!property-tests/benchmark/history.jsonl')
  return `${git('rev-parse', '--short', 'HEAD')}${changed === '' ? '' : '+'}`
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { encoding: 'utf8' }).trim()
}

function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
