import { SUITES, type SuiteName } from './suites.ts'

/**
 * Runs the suites named as arguments, in a process into which {@link file://./register.ts} may have put a defect, and prints what they found: an array
 * of SuiteResult as one line of JSON.
 */
const results = []
for (const name of process.argv.slice(2)) {
  // oxlint-disable-next-line no-await-in-loop -- each suite is measured alone
  results.push(await SUITES[name as SuiteName]())
}
process.stdout.write(`${JSON.stringify(results)}\n`)
// What a defect left pending must not keep the process.
process.exit()
