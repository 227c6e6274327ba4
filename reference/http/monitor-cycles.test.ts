import { expect, test } from 'vitest'
import { ApiRig } from './api-rig.test-helper.ts'

/** D8 and D10 of the requirements over the API, as an operator would with curl. */
test.each(['container', 'file', null])(
  '100 stops and starts over the API, monitor %s, lose no line, and after each the same is left, no stream of the engine among it',
  async (name) => {
    const rig = new ApiRig()
    const container = rig.add('web')
    rig.append('before the start')
    await rig.start()
    await rig.world.advance(3000)
    const path = `/api/monitors${name === null ? '' : `/${name}`}`
    let baseline: Record<string, number> | null = null
    for (let cycle = 0; cycle < 100; cycle++) {
      // oxlint-disable no-await-in-loop -- one after the other
      rig.append(`line ${cycle}`)
      expect(await rig.post(`${path}/stop`)).toMatchObject({ status: 200 })
      expect(await rig.get('/health')).toMatchObject({ status: 503 })
      const { ledger } = rig.world
      if (name !== 'file') expect([ledger.count('log-stream'), ledger.count('event-stream')]).toEqual([0, 0])
      const left = tasksByKind((await rig.get('/debug/tasks')).body)
      baseline ??= left
      expect(left).toEqual(baseline)
      await rig.world.advance(100)
      expect(await rig.post(`${path}/start`)).toMatchObject({ status: 200 })
      expect(await rig.get('/status')).toMatchObject({ status: 200 })
      await rig.world.advance(cycle % 10 === 0 ? 3000 : 50)
      // oxlint-enable no-await-in-loop
    }
    rig.world.engine.stop('web')
    await rig.world.advance(20_000)
    expect(await rig.stop()).toEqual([])
    const { sink, written } = rig.container(container)
    expect(sink).toBe(written)
    expect(rig.file().sink).toBe(rig.file().written)
  },
)

/** How many there are of each kind. */
function tasksByKind(body: unknown): Record<string, number> {
  const kinds = [...JSON.stringify(body).matchAll(/"kind":"([a-z_]+)"/g)]
    .map(([, kind = '']) => kind)
    .toSorted()
  return Object.fromEntries(kinds.map((kind) => [kind, kinds.filter((each) => each === kind).length]))
}
