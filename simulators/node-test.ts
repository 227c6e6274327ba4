import { assert } from 'node:test'
import { assertNoLeaks } from './leaks/assert-no-leaks.ts'
import type { LeakOptions } from './leaks/leak-options.ts'

declare module 'node:test' {
  interface TestContextAssert {
    /**
     * Runs the block and passes if it left nothing open: no descriptor, connection, timer, listener, child, worker, stream or task. Otherwise the test fails
     * with its name, what leaked and where it was opened. To be awaited.
     *
     *     await t.assert.toLeakNothing(() => startAndStop())
     */
    toLeakNothing(block: () => unknown, options?: LeakOptions): Promise<void>
  }
}

// oxlint-disable-next-line typescript/no-misused-promises -- what it returns the test is given, and awaits
assert.register('toLeakNothing', async function (block: unknown, options?: LeakOptions) {
  if (!isBlock(block)) throw new TypeError(`Cannot watch ${typeof block}: toLeakNothing is for a function`)
  await assertNoLeaks(block, options, { test: this.fullName })
})

function isBlock(value: unknown): value is () => unknown {
  return typeof value === 'function'
}
