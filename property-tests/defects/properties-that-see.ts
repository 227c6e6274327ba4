import { globSync } from 'node:fs'
import path from 'node:path'
import type { Defect } from './defect.ts'
import { importersOf } from './importers.ts'
import { runUnitSuite, type UnitResult } from './unit-suite.ts'

/**
 * The properties, by their files, that fail with a defect put back: all are tried that load what it patches, but those that say the same of more cases.
 * @throws Error when there is no result
 */
export async function propertiesThatSee(defect: Defect): Promise<string[]> {
  const importers = importersOf(defect.patches.map(({ file }) => file))
  const files = propertyFiles().filter((file) => importers.has(file))
  const tests = files.map((file) => ({ file, test: file }))
  const { defects } = await runUnitSuite([{ ...defect, caughtBy: tests }], { clean: false })
  const failed = defects.get(defect.id)!.failed.filter(isItsOwn)
  return files.filter((file) => failed.some(({ title }) => title.startsWith(`${file} `)))
}

/** Cases of other properties are run twice: that one of them does not hold in the first run is what these see. */
function isItsOwn({ title, message }: UnitResult['failed'][number]): boolean {
  return !title.startsWith(`${RUNS_OTHERS} `) || message.includes(NOT_THE_SAME)
}

/** Files of properties, but those that say of more cases what others say: of others that are drawn, of every short sequence, of logs that are read from files. */
export function propertyFiles(): string[] {
  const files = globSync('{property-tests,reference}/**/*.property.test.ts', { cwd: ROOT })
  return files
    .filter((file) => !/(?:-wide|small-scope|collector-files)\.property\.test\.ts$/.test(file))
    .toSorted()
}

const RUNS_OTHERS = 'property-tests/determinism.property.test.ts'
const NOT_THE_SAME = 'does not happen the same way twice'
const ROOT = path.join(import.meta.dirname, '..', '..')
