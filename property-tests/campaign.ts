import { randomInt } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { PERSONALITY_NAMES } from '../simulators/index.ts'
import { CRASH_MARKS, MARKS, missing } from './collector/marks.ts'
import { checkCollector } from './collector.property.ts'
import { optionsOf, PROPERTY_NAMES } from './failures/failure-file.ts'
import { failureFileOf } from './failures/replay-failure.ts'
import { SMALL_COMMAND_NAMES } from './small-scope/one-container.ts'
import { checkSmallScope } from './small-scope/small-scope.ts'

/**
 * The collector's properties, without crashes and with them, with seeds nobody has tried, for a while; and beside them every sequence of six commands on
 * one container, some at a time:
 *
 *     npm run campaign -- --minutes 30 --out failures
 *
 * Ends with status 1 at the first case that fails, which is written to a file for `watertight replay`, and when an interesting state was not reached.
 */
const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '5' }, out: { type: 'string', default: 'failures' } },
})
const minutes = Number(values.minutes)
if (!(minutes > 0)) {
  process.stderr.write(`Cannot run for --minutes ${values.minutes}: expected a number above 0\n`)
  process.exit(2)
}

const CASES_PER_SEED = 200
/** What is promised for engines whose lines and records are certain holds across crashes too. */
const ENGINES = { collector: PERSONALITY_NAMES, crash: ['20.10', '26', '28'] } as const
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
  const which = { seed: randomInt(2 ** 31), engines: ENGINES[property] }
  const result = await checkCollector({
    ...optionsOf(property, which),
    numRuns: CASES_PER_SEED,
    shrink: false,
    onMark: (mark) => marks.add(mark),
  })
  cases += result.cases
  process.stderr.write(`${property}, seed ${which.seed}: ${cases} cases so far\n`)
  if (result.failedRun === null) return
  const failure = await failureFileOf(property, { ...which, run: result.failedRun })
  if (failure === null) return fail(`${result.failure}\nRun again it held: it is not deterministic.`)
  mkdirSync(values.out, { recursive: true })
  const file = path.join(values.out, `${property}-${which.seed}-${result.failedRun}.json`)
  writeFileSync(file, `${JSON.stringify(failure, null, 2)}\n`)
  fail(`${failure.steps.map(({ words }) => words).join('\n')}\n${failure.failure}\nwatertight replay ${file}`)
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
  const missed = missing([...MARKS, ...CRASH_MARKS], marks)
  const told =
    missed.length === 0 ? 'every interesting state was reached' : `never reached: ${missed.join(', ')}`
  process.stderr.write(`${told}\n`)
  if (missed.length > 0 && cases >= CASES_FOR_MARKS) process.exitCode = 1
}

function fail(why: string): void {
  process.stdout.write(`${why}\n`)
  process.exitCode = 1
}
