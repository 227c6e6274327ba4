import { describe, test } from 'vitest'
import { messageOf } from '../../reference/errors.ts'
import { DEFECTS } from './catalogue.ts'
import { unitTestsOf } from './defect.ts'
import { PatchedModules } from './patched-modules.ts'
import { CLEAN, DEFECTS_VARIABLE, NOT_LOADED } from './unit-suite.ts'

/**
 * Run by {@link file://./unit-suite.ts}: the files of unit tests that are asked for, once for each defect with it put back, all in one process. What no
 * patch reaches is loaded once, which makes a defect cost little more than its test.
 */
const modules = new PatchedModules(DEFECTS)
const wanted = new Set((process.env[DEFECTS_VARIABLE] ?? '').split(','))
const defects = DEFECTS.filter(({ id }) => wanted.has(id))

for (const defect of defects) {
  // oxlint-disable-next-line vitest/valid-describe-callback -- the tests are in what is loaded
  describe(defect.id, async () => {
    await loadTests(filesOf([defect]).map((file) => modules.address(file, defect.id)))
    orFail(() => modules.assertApplied(defect.id))
  })
}

if (wanted.has(CLEAN)) {
  // oxlint-disable-next-line vitest/valid-describe-callback
  describe(CLEAN, async () => {
    await loadTests(filesOf(defects).map((file) => new URL(`../../${file}`, import.meta.url).href))
  })
}

function filesOf(those: typeof defects): string[] {
  return [...new Set(those.flatMap((defect) => unitTestsOf(defect).map(({ file }) => file)))]
}

async function loadTests(addresses: readonly string[]): Promise<void> {
  for (const address of addresses) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- the tests of a file belong to the group that is open
      await import(address)
    } catch (error) {
      fail(messageOf(error))
    }
  }
}

function orFail(check: () => void): void {
  try {
    check()
  } catch (error) {
    fail(messageOf(error))
  }
}

function fail(why: string): void {
  test(NOT_LOADED, () => {
    throw new Error(why)
  })
}
