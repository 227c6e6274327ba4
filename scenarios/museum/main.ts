/** `npm run museum`: public faults of released collectors, each against a small collector that has it and against the reference with each of its sinks. */
import { readExhibits, type Exhibit } from './exhibit.ts'
import { runExhibit, wrongsOf, type SubjectKind } from './run-exhibit.ts'
import { faultOf, REFERENCE_KINDS, smallFollower } from './subject-kinds.ts'

let wrong = 0
for (const exhibit of readExhibits()) {
  process.stdout.write(`${exhibit.name}: ${exhibit.title}\n  seen in ${exhibit.seenIn}\n`)
  // oxlint-disable no-await-in-loop -- each line when it is known
  await show(exhibit, smallFollower(faultOf(exhibit)), exhibit.fails)
  for (const kind of REFERENCE_KINDS) await show(exhibit, kind, [])
  // oxlint-enable no-await-in-loop
}
process.stdout.write(
  wrong === 0 ? 'every verdict is the expected one\n' : `${wrong} verdicts are not the expected ones\n`,
)
process.exitCode = wrong === 0 ? 0 : 1

async function show(exhibit: Exhibit, kind: SubjectKind, expected: readonly string[]): Promise<void> {
  const findings = await runExhibit(exhibit, kind)
  const found = wrongsOf(findings)
  const isExpected = found.toSorted().join() === expected.toSorted().join()
  if (!isExpected) wrong += 1
  const verdict =
    found.length === 0 ? 'nothing wrong' : found.map((one) => `${one} (${findings[one]})`).join(', ')
  process.stdout.write(`  ${isExpected ? 'as expected' : 'UNEXPECTED '}  ${kind.name}: ${verdict}\n`)
}
