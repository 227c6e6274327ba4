import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { checkCollector } from './collector.property.ts'
import { anyCommand } from './collector/commands.ts'
import { anyCommandOrCrash } from './collector/crash-command.ts'

/**
 * The collector's properties, without crashes and with them, with seeds nobody has tried, for a while:
 *
 *     npm run campaign -- --minutes 30
 *
 * Ends with status 1 at the first case that fails, shrunk, with what is needed to see it again.
 */
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '5' } } })
const minutes = Number(values.minutes)
if (!(minutes > 0)) {
  process.stderr.write(`Cannot run for --minutes ${values.minutes}: expected a number above 0\n`)
  process.exit(2)
}

const CASES_PER_SEED = 200
/** By the test that repeats a failing case. */
const PROPERTIES = {
  'collector.property.test.ts': anyCommand(),
  'crash.property.test.ts': anyCommandOrCrash(),
}
const untilMs = performance.now() + minutes * 60_000
let cases = 0
while (performance.now() < untilMs && process.exitCode === undefined) {
  for (const [file, command] of Object.entries(PROPERTIES)) {
    const seed = randomInt(2 ** 31)
    // oxlint-disable-next-line no-await-in-loop -- one seed after the other
    const result = await checkCollector({ seed, numRuns: CASES_PER_SEED, command })
    cases += result.cases
    process.stderr.write(`${file}, seed ${seed}: ${cases} cases so far\n`)
    if (result.failure === null) continue
    process.stdout.write(`${result.failure}\n`)
    process.exitCode = 1
    break
  }
}
