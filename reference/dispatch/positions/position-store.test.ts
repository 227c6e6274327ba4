import { expect, test } from 'vitest'
import { z } from 'zod'
import { World, type VirtualPorts } from '../../../simulators/index.ts'
import { blockOf, positionOf, sourceOf } from '../pipeline-rig.test-helper.ts'
import { PositionStore } from './position-store.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const a = sourceOf('a')
const b = sourceOf('b')
const signal = new AbortController().signal

const POSITION = z.object({ records: z.int(), epoch: z.int().default(0) })

class Rig {
  readonly world = new World({ seed: 1 })
  readonly ports: VirtualPorts = this.world.ports()

  store(sinks: readonly string[] = ['file']): PositionStore {
    return new PositionStore({
      clock: this.world.clock,
      fileSystem: this.ports.fileSystem,
      stateDir: '/state',
      sinks,
      parse: (_kind, json) => {
        const { records, epoch } = POSITION.parse(json)
        return positionOf(records, epoch)
      },
    })
  }

  async save(store: PositionStore): Promise<void> {
    await this.world.run(() => store.save(store.snapshot()))
  }

  async loaded(sinks?: readonly string[]): Promise<PositionStore> {
    const store = this.store(sinks)
    await this.world.run(() => store.load({ signal }))
    return store
  }

  async write(text: string): Promise<void> {
    await this.world.run(async () => {
      await this.ports.fileSystem.mkdir('/state')
      const file = await this.ports.fileSystem.open('/state/positions.json', 'w')
      await file.write([new TextEncoder().encode(text)])
      await file.close()
    })
  }
}

test('positions, marks and places in the spool come back', async () => {
  const rig = new Rig()
  const store = rig.store()
  store.advance(a, positionOf(7, 2))
  store.setPlace('file', a.id, { epoch: 2, records: 5, mark: { length: 99 } })
  store.setSpool('file', { segment: 3, offset: 17 })
  await rig.save(store)
  const loaded = await rig.loaded()
  expect(loaded.resume(a.id)).toMatchObject({ epoch: 2, records: 7 })
  expect(loaded.sources()).toEqual([a])
  expect(loaded.sink('file').places.get(a.id)).toEqual({ epoch: 2, records: 5, mark: { length: 99 } })
  expect(loaded.sink('file').spool).toEqual({ segment: 3, offset: 17 })
})

test('what was delivered and is not durable is where reading goes on, but is not saved', async () => {
  const rig = new Rig()
  const store = rig.store()
  store.advance(a, positionOf(7))
  store.delivered(a, blockOf(a, 7, ['x']).position)
  store.delivered(b, positionOf(1))
  await rig.save(store)
  expect(store.resume(a.id)?.records).toBe(8)
  const loaded = await rig.loaded()
  expect(loaded.resume(a.id)?.records).toBe(7)
  expect(loaded.resume(b.id)).toBeUndefined()
})

test('a source that is gone keeps its position for a day, and has it when it comes back', async () => {
  const rig = new Rig()
  const store = rig.store()
  store.advance(a, positionOf(7))
  store.gone(a.id)
  expect(store.sources()).toEqual([])
  await rig.save(store)
  const loaded = await rig.loaded()
  expect(loaded.sources()).toEqual([])
  expect(loaded.resume(a.id)?.records).toBe(7)
  loaded.delivered(a, positionOf(8))
  expect(loaded.sources()).toEqual([a])
  store.prune()
  expect(store.resume(a.id)?.records).toBe(7)
  await rig.world.advance(DAY_MS + 1)
  store.prune()
  expect(store.resume(a.id)).toBeUndefined()
  expect(store.dirty).toBe(true)
})

test('a sink that is switched off is kept for a day, and its places with it', async () => {
  const rig = new Rig()
  const store = rig.store(['file', 'net'])
  store.advance(a, positionOf(7))
  store.setPlace('net', a.id, { epoch: 0, records: 3, mark: undefined })
  store.setSpool('net', { segment: 0, offset: 5 })
  await rig.save(store)
  const off = await rig.loaded(['file'])
  expect(off.sinksSwitchedOff()).toEqual(['net'])
  await rig.save(off)
  await rig.world.advance(DAY_MS / 2)
  const on = await rig.loaded(['file', 'net'])
  expect(on.sinksSwitchedOff()).toEqual([])
  expect(on.sink('net').places.get(a.id)?.records).toBe(3)
  const still = await rig.loaded(['file'])
  await rig.world.advance(DAY_MS / 2 + 1)
  expect(still.prune()).toEqual(['net'])
  expect(still.sinkNames()).not.toContain('net')
})

test('a sink is known from its first run on, though it was given nothing', async () => {
  const rig = new Rig()
  const store = await rig.loaded(['file', 'stdout'])
  expect(store.dirty).toBe(true)
  await rig.save(store)
  const without = await rig.loaded(['file'])
  expect(without.sinksSwitchedOff()).toEqual(['stdout'])
  expect(without.dirty).toBe(true)
})

test('the schema before this one is read: the sink furthest behind says where reading goes on', async () => {
  const rig = new Rig()
  const sinks = {
    file: { position: { epoch: 0, records: 3 }, mark: { length: 30 } },
    stdout: { position: { records: 9 } },
  }
  await rig.write(JSON.stringify({ schema: 1, sources: [{ id: a.id, kind: 'container', name: 'a', sinks }] }))
  const store = await rig.loaded(['file', 'stdout'])
  expect(store.resume(a.id)?.records).toBe(3)
  expect(store.sink('file').places.get(a.id)).toEqual({ epoch: 0, records: 3, mark: { length: 30 } })
  expect(store.sink('stdout').places.get(a.id)).toMatchObject({ epoch: 0, records: 9 })
})

test('only what changed is made into JSON anew', () => {
  const rig = new Rig()
  const store = rig.store()
  let made = 0
  const counting = (records: number) => ({ ...positionOf(records), toJSON: () => ((made += 1), { records }) })
  store.advance(a, counting(1))
  store.advance(b, counting(1))
  store.snapshot()
  expect(made).toBe(2)
  store.advance(b, counting(2))
  store.snapshot()
  expect(made).toBe(3)
})

test('a load that was cancelled while it hung changes nothing', async () => {
  const rig = new Rig()
  const saved = rig.store()
  saved.advance(a, positionOf(7))
  await rig.save(saved)
  const store = rig.store()
  const controller = new AbortController()
  const loading = store.load(controller)
  controller.abort(new Error('cancelled'))
  await expect(rig.world.run(() => loading)).rejects.toThrow('cancelled')
  expect(store.sources()).toEqual([])
})
