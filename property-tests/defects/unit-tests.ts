import { describe, test } from 'vitest'
import { messageOf } from '../../reference/errors.ts'
import { DEFECTS_AND_SABOTAGES } from './catalogue.ts'
import { PatchedModules } from './patched-modules.ts'
import { CLEAN, FILES_VARIABLE, NOT_LOADED } from './unit-suite.ts'

/**
 * Run by {@link file://./unit-suite.ts}: the files of unit tests that are asked for, once for each defect with it put back, all in one process. What no
 * patch reaches is loaded once, which makes a defect cost little more than its test.
 */
const modules = new PatchedModules(DEFECTS_AND_SABOTAGES)
const filesByGroup: Readonly<Record<string, readonly string[]>> = JSON.parse(
  process.env[FILES_VARIABLE] ?? '{}',
)

for (const [group, files] of Object.entries(filesByGroup)) {
  describe(group, () => {
    for (const file of files) {
      // oxlint-disable-next-line vitest/valid-describe-callback, vitest/no-identical-title -- the tests are in what is loaded
      describe(file, async () => {
        await loadTests(addressOf(file, group))
      })
    }
    // oxlint-disable-next-line vitest/valid-describe-callback -- once those are loaded
    describe('patches', async () => {
      if (group !== CLEAN) orFail(() => modules.assertApplied(group))
    })
  })
}

function addressOf(file: string, group: string): string {
  return group === CLEAN ? new URL(`../../${file}`, import.meta.url).href : modules.address(file, group)
}

async function loadTests(address: string): Promise<void> {
  try {
    await import(address)
  } catch (error) {
    fail(messageOf(error))
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
