import { openSync } from 'node:fs'
import { describe, it } from 'node:test'
// oxlint-disable-next-line import/no-unassigned-import -- adds the assertion
import '../../simulators/node-test.ts'

/** Run by {@link file://./node-test.test.ts}, with Node's own test runner: of its tests one leaks. */
describe('a reader', () => {
  it('that closes its file', async (t) => {
    await t.assert.toLeakNothing(() => {})
  })

  it('that leaves it open', async (t) => {
    await t.assert.toLeakNothing(() => openSync(import.meta.filename, 'r'), { settleMs: 20 })
  })

  it('that is no function', async (t) => {
    const nothing: unknown = undefined
    await Reflect.apply(t.assert.toLeakNothing, t.assert, [nothing])
  })
})
