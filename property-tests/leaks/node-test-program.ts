import { openSync } from 'node:fs'
import { describe, it } from 'node:test'
// oxlint-disable-next-line import/no-unassigned-import -- adds the assertion
import '../../simulators/node-test.ts'

/** Run by {@link file://./node-test.test.ts}, with Node's own test runner: of its tests one leaks. */
void describe('a reader', () => {
  void it('that closes its file', async (t) => {
    await t.assert.toLeakNothing(() => {})
  })

  void it('that leaves it open', async (t) => {
    await t.assert.toLeakNothing(() => openSync(import.meta.filename, 'r'), { settleMs: 20 })
  })

  void it('that is no function', async (t) => {
    const nothing: unknown = undefined
    // @ts-expect-error -- as from JavaScript
    await t.assert.toLeakNothing(nothing)
  })
})
