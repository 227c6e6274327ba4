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
  expect(store.sources()).toEqual([a, b])
  const loaded = await rig.loaded()
  expect(loaded.resume(a.id)?.records).toBe(7)
  expect(loaded.resume(b.id)).toBeUndefined()
})

test('a source that is gone keeps its position for a day, and has it when it comes back', async () => {
  const rig = new Rig()
  const store = rig.store()
  store.advance(a, positionOf(7))
  store.gone(a.id)
  const goneMs = rig.world.nowMs
  expect(store.sources()).toEqual([])
  await rig.save(store)
  const loaded = await rig.loaded()
  expect(loaded.sources()).toEqual([])
  expect(loaded.resume(a.id)?.records).toBe(7)
  loaded.delivered(a, positionOf(8))
  expect(loaded.sources()).toEqual([a])
  store.setPlace('file', a.id, { epoch: 0, records: 7, mark: undefined })
  await rig.world.advance(DAY_MS / 2)
  store.gone(a.id)
  await rig.world.advance(goneMs + DAY_MS - rig.world.nowMs)
  store.prune()
  expect(store.resume(a.id)?.records).toBe(7)
  await rig.world.advance(1)
  store.prune()
  expect(store.resume(a.id)).toBeUndefined()
  expect(store.sink('file').places.has(a.id)).toBe(false)
  expect(store.dirty).toBe(true)
})

test('a source is as the last safe block describes it, also when it is gone; an unknown one cannot be gone', () => {
  const store = new Rig().store()
  store.advance(a, positionOf(7))
  const renamed = { ...a, name: 'renamed' }
  store.delivered(renamed, positionOf(8))
  expect(store.source(a.id)).toEqual(a)
  store.advance(renamed, positionOf(8))
  store.gone(a.id)
  expect(store.source(a.id)).toEqual(renamed)
  store.gone(b.id)
  expect(store.source(b.id)).toBeUndefined()
})

test('whoever waits for a source to be saved waits until the last that was delivered is on disk', async () => {
  const rig = new Rig()
  const store = rig.store()
  const isSaved = async (): Promise<boolean> => {
    let saved = false
    const controller = new AbortController()
    const waiting = store.whenSaved(a.id, controller).then(
      () => (saved = true),
      () => {},
    )
    await rig.world.advance(1)
    controller.abort(new Error('looked'))
    await waiting
    return saved
  }
  expect(await isSaved()).toBe(true)
  store.delivered(a, positionOf(1))
  expect(await isSaved()).toBe(false)
  const waiting = store.whenSaved(a.id, { signal })
  const [first, second] = [positionOf(2), positionOf(3)]
  store.delivered(a, first)
  store.advance(a, first)
  const snapshot = store.snapshot()
  store.delivered(a, second)
  store.advance(a, second)
  await rig.world.run(() => store.save(snapshot))
  expect(await isSaved()).toBe(false)
  await rig.save(store)
  await rig.world.run(() => waiting)
  expect(await isSaved()).toBe(true)
  store.delivered(a, positionOf(4))
  expect(await isSaved()).toBe(false)
})

/** Everything that is to be saved, once. There are the source `a`, `b`, which is gone, and the sink `net`, which is switched off. */
const CHANGES: Readonly<Record<string, (store: PositionStore) => void>> = {
  'an advance': (store) => store.advance(a, positionOf(8)),
  'a source that is gone': (store) => store.gone(a.id),
  'a source that is there again': (store) => store.delivered(b, positionOf(2)),
  'a place of a sink': (store) => store.setPlace('file', a.id, { epoch: 0, records: 3, mark: undefined }),
  'a place in the spool': (store) => store.setSpool('file', { segment: 1, offset: 1 }),
  'other sinks': (store) => void store.switchSinks(['net']),
}

test.each(Object.entries(CHANGES))(
  '%s is to be saved, also when it came after a snapshot',
  async (_, change) => {
    const rig = new Rig()
    const first = await rig.loaded(['file', 'net'])
    first.advance(a, positionOf(7))
    first.advance(b, positionOf(1))
    first.gone(b.id)
    await rig.save(first)
    await rig.save(await rig.loaded())
    const store = await rig.loaded()
    store.delivered(a, positionOf(8))
    expect(store.dirty).toBe(false)
    change(store)
    expect(store.dirty).toBe(true)
    store.advance(a, positionOf(9))
    expect(store.dirty).toBe(true)
    const snapshot = store.snapshot()
    change(store)
    store.advance(a, positionOf(10))
    await rig.world.run(() => store.save(snapshot))
    expect(store.dirty).toBe(true)
  },
)

test('what is forgotten is to be saved, also beside an advance: a source, or a sink', async () => {
  for (const forgotten of ['source', 'sink']) {
    const rig = new Rig()
    const first = await rig.loaded(['file', 'net'])
    first.advance(a, positionOf(7))
    if (forgotten === 'source') first.gone(a.id)
    await rig.save(first)
    const sinks = forgotten === 'sink' ? ['file'] : ['file', 'net']
    await rig.save(await rig.loaded(sinks))
    const store = await rig.loaded(sinks)
    await rig.world.advance(DAY_MS + 1)
    expect(store.dirty).toBe(false)
    store.prune()
    expect(store.dirty).toBe(true)
    store.advance(b, positionOf(1))
    expect(store.dirty).toBe(true)
  }
})

test('a sink that is switched off is kept for a day, and its places with it', async () => {
  const rig = new Rig()
  const store = await rig.loaded(['file', 'net'])
  store.advance(a, positionOf(7))
  store.setPlace('net', a.id, { epoch: 0, records: 3, mark: undefined })
  store.setSpool('net', { segment: 0, offset: 5 })
  await rig.save(store)
  const off = await rig.loaded(['file'])
  expect([off.sinksSwitchedOff(), off.dirty]).toEqual([['net'], true])
  off.advance(a, positionOf(8))
  expect(off.dirty).toBe(true)
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
  store.advance(a, positionOf(1))
  store.advance(a, positionOf(2))
  expect(store.dirty).toBe(true)
  await rig.save(store)
  const without = await rig.loaded(['file'])
  expect(without.sinksSwitchedOff()).toEqual(['stdout'])
  expect(without.dirty).toBe(true)
})

test('other sinks may be switched on; one that is switched off again is kept from the first time on', async () => {
  const rig = new Rig()
  const store = rig.store(['file'])
  store.switchSinks(['net'])
  expect(store.sinkNames()).toEqual(['net'])
  store.switchSinks(['file'])
  expect(store.sinksSwitchedOff()).toEqual(['net'])
  await rig.world.advance(DAY_MS)
  store.switchSinks(['file', 'other'])
  expect(store.prune()).toEqual([])
  await rig.world.advance(1)
  expect(store.prune()).toEqual(['net'])
})

test('a change of sinks that fails is undone: what was on is on, and what was unknown is unknown', async () => {
  const store = await new Rig().loaded(['file', 'net'])
  const undo = store.switchSinks(['net', 'other'])
  expect(store.sinksSwitchedOff()).toEqual(['file'])
  expect(store.sinkNames()).toEqual(['file', 'net', 'other'])
  undo()
  expect(store.sinksSwitchedOff()).toEqual([])
  expect(store.sinkNames()).toEqual(['file', 'net'])
})

test('the schema before this one is read: the sink furthest behind says where reading goes on', async () => {
  const rig = new Rig()
  const sinks = {
    net: { position: { records: 5 } },
    file: { position: { epoch: 0, records: 3 }, mark: { length: 30 } },
    stdout: { position: { records: 9 } },
  }
  const sources = [
    { id: a.id, kind: 'container', name: 'a', sinks },
    { id: b.id, kind: 'container', name: 'b', sinks: {} },
  ]
  await rig.write(JSON.stringify({ schema: 1, sources }))
  const store = await rig.loaded(['file', 'stdout'])
  expect(store.sources()).toEqual([a])
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
  const reason = new Error('cancelled')
  controller.abort(reason)
  await expect(rig.world.run(() => loading)).rejects.toBe(reason)
  expect(store.sources()).toEqual([])
})

test('the first save makes the directory durable, with its parents; later ones leave those alone', async () => {
  const rig = new Rig()
  const { fileSystem } = rig.ports
  const sync = fileSystem.syncDirectory.bind(fileSystem)
  const synced: string[] = []
  fileSystem.syncDirectory = (path) => (synced.push(path), sync(path))
  const store = rig.store()
  await rig.save(store)
  await rig.save(store)
  expect(synced).toEqual(['/', '/state', '/state'])
})
