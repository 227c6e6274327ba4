import { SUITE_NAMES, SUITES, type SuiteResult } from './suites.ts'

/**
 * Runs the suites named as arguments, in a process into which {@link file://./register.ts} may have put a defect, and prints what they found: an array
 * of SuiteResult as one line of JSON.
 */
const results: SuiteResult[] = []
for (const name of SUITE_NAMES) {
  // oxlint-disable-next-line no-await-in-loop -- each suite is measured alone
  if (process.argv.includes(name)) results.push(await SUITES[name]())
}
// What a defect left pending must not keep the process, but what is printed must be out first.
process.stdout.write(`${JSON.stringify(results)}\n`, () => process.exit())
