import { expect } from 'vitest'
import { assertChecked, describeReport } from './leaks/assert-no-leaks.ts'
import { findLeaks } from './leaks/find-leaks.ts'
import type { LeakOptions } from './leaks/leak-options.ts'

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /**
     * Runs the block and passes if it left nothing open: no descriptor, connection, timer, listener, child, worker, stream or task. Otherwise the test fails
     * with its name, what leaked and where it was opened. To be awaited.
     *
     *     await expect(() => startAndStop()).toLeakNothing()
     */
    toLeakNothing(options?: LeakOptions): Promise<void>
  }
}

expect.extend({
  async toLeakNothing(block: unknown, options?: LeakOptions) {
    if (!isBlock(block)) {
      throw new TypeError(`Cannot watch ${typeof block}: toLeakNothing is for a function`)
    }
    const report = await findLeaks(block, options)
    const pass = report.leaks.length === 0
    if (pass) assertChecked(report)
    return {
      pass,
      message: () =>
        pass
          ? 'The block was expected to leave something open, and did not.'
          : describeReport(report, this.currentTestName),
    }
  },
})

function isBlock(value: unknown): value is () => unknown {
  return typeof value === 'function'
}
