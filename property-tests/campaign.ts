import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { checkCleanSeeds } from './campaign/clean-seeds.ts'
import { searchSeed } from './campaign/search-seed.ts'
import { DAYS } from './collector/days.ts'
import { CRASH_MARKS, DAY_MARKS, MARKS, missing } from './collector/marks.ts'
import { PROPERTY_NAMES } from './failures/failure-file.ts'
import { SMALL_COMMAND_NAMES } from './small-scope/one-container.ts'
import { checkSmallScope } from './small-scope/small-scope.ts'

/**
 * The collector's properties, without crashes and with them, with seeds nobody has tried, for a while; and beside them every sequence of six commands on
 * one container, some at a time:
 *
 *     npm run campaign -- --minutes 30 --out failures
 *
 * Ends with status 1 at the first case that fails, which is written to a file for `watertight replay`, and when an interesting state was not reached.
 *
 *     npm run campaign -- --clean-seeds 20 --cases 1000 --first-seed 1
 *
 * runs so many cases of both properties with each of so many seeds instead, goes on where one fails, and tells how many did.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    'clean-seeds': { type: 'string' },
    cases: { type: 'string', default: '1000' },
    'first-seed': { type: 'string', default: '1' },
    out: { type: 'string', default: 'failures' },
  },
})
if (values['clean-seeds'] !== undefined) {
  const failed = await checkCleanSeeds({
    seeds: numberOf('clean-seeds'),
    cases: numberOf('cases'),
    first: numberOf('first-seed'),
    out: values.out,
  })
  process.exit(failed === 0 ? 0 : 1)
}
const minutes = numberOf('minutes')

const CASES_PER_SEED = 200
const SMALL_LENGTH = 6
const SMALL_ALL = SMALL_COMMAND_NAMES.length ** SMALL_LENGTH
const SMALL_AT_ONCE = 2000
/** With so many cases every state comes up, whatever the seeds. */
const CASES_FOR_MARKS = 2000

const untilMs = performance.now() + minutes * 60_000
const marks = new Set<string>()
const smallSeed = randomInt(2 ** 31)
let cases = 0
let small = 0

// What is drawn seldom reaches what these do.
for (const day of DAYS) {
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  for (const mark of await day()) marks.add(mark)
}
while (performance.now() < untilMs && process.exitCode === undefined) {
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  await searchSmallScope()
  for (const property of PROPERTY_NAMES) {
    if (process.exitCode !== undefined) break
    // oxlint-disable-next-line no-await-in-loop
    await searchProperty(property)
  }
}
if (process.exitCode === undefined) judgeMarks()

async function searchProperty(property: (typeof PROPERTY_NAMES)[number]): Promise<void> {
  const seed = randomInt(2 ** 31)
  const found = await searchSeed({
    property,
    seed,
    cases: CASES_PER_SEED,
    out: values.out,
    untilFailure: true,
    onFailure: fail,
    onMark: (mark) => marks.add(mark),
  })
  cases += found.cases
  process.stderr.write(`${property}, seed ${seed}: ${cases} cases so far\n`)
}

/** The next of all sequences; each once. */
async function searchSmallScope(): Promise<void> {
  if (small >= SMALL_ALL) return
  const range = { from: small, to: small + SMALL_AT_ONCE }
  const { failure, cases: run } = await checkSmallScope({ length: SMALL_LENGTH, seed: smallSeed, ...range })
  small += run
  process.stderr.write(`sequences of ${SMALL_LENGTH} commands: ${small} of ${SMALL_ALL}\n`)
  if (failure !== null) fail(failure)
}

function judgeMarks(): void {
  const missed = missing([...MARKS, ...DAY_MARKS, ...CRASH_MARKS], marks)
  const told =
    missed.length === 0 ? 'every interesting state was reached' : `never reached: ${missed.join(', ')}`
  process.stderr.write(`${told}\n`)
  if (missed.length > 0 && cases >= CASES_FOR_MARKS) process.exitCode = 1
}

function fail(why: string): void {
  process.stdout.write(`${why}\n`)
  process.exitCode = 1
}

function numberOf(option: 'minutes' | 'clean-seeds' | 'cases' | 'first-seed'): number {
  const number = Number(values[option])
  if (number > 0 && (option === 'minutes' || Number.isSafeInteger(number))) return number
  const allowed = option === 'minutes' ? 'a number' : 'a whole number'
  process.stderr.write(`Cannot use --${option} ${values[option]}: expected ${allowed} above 0\n`)
  process.exit(2)
}
