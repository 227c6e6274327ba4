import { writeFileSync } from 'node:fs'
import { GOLDEN_FILE, GOLDEN_SEED, goldenOf, goldenText, readGolden, type GoldenCase } from './golden.ts'
import { outcomesOf, someCases } from './world-cases.ts'

/** `npm run golden`: writes down what happens in the golden cases, and tells which of them happen otherwise than before. */
const before = readGolden()
const now: GoldenCase[] = []
for (const cases of someCases(GOLDEN_SEED)) {
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  now.push(...goldenOf(cases, await outcomesOf(cases)))
}
writeFileSync(GOLDEN_FILE, goldenText(now))
const changed = now.filter(({ hash }) => !before.some((each) => each.hash === hash))
for (const { property, seed, case: index } of changed)
  process.stdout.write(`changed: case ${index} of the property ${property}, seed ${seed}\n`)
process.stdout.write(`${changed.length} of ${now.length} cases happen otherwise than before\n`)
