import { expect, test } from 'vitest'
import { World } from '../../../simulators/index.ts'
import { TaskRegistry } from '../../lifecycle/task-registry.ts'
import { Metrics } from '../../metrics/metrics.ts'
import { positionOf, sourceOf } from '../pipeline-rig.test-helper.ts'
import { Checkpointer } from './checkpointer.ts'
import { PositionStore } from './position-store.ts'

const INTERVAL_MS = 1000
const DAY_MS = 24 * 60 * 60 * 1000
const a = sourceOf('a')
const b = sourceOf('b')

/** A checkpointer of a delivery that does what it is told to. */
class Rig {
  readonly world = new World({ seed: 1 })
  readonly ports = this.world.ports()
  readonly metrics = new Metrics({
    clock: this.world.clock,
    tasks: new TaskRegistry(this.world.clock),
    process: this.ports.process,
    slots: { capacity: 1, active: 0 },
  })
  readonly config = { checkpointIntervalMs: INTERVAL_MS }
  readonly positions = new PositionStore({
    ...this.ports,
    stateDir: '/state',
    sinks: ['file'],
    parse: () => positionOf(0),
  })
  readonly delivery = {
    commits: 0,
    saves: 0,
    committed: true,
    onCommit: async (): Promise<void> => {},
    commit: async (): Promise<void> => {
      this.delivery.commits += 1
      await this.delivery.onCommit()
    },
    saved: async (): Promise<void> => void (this.delivery.saves += 1),
  }
  readonly checkpointer = new Checkpointer({
    ...this.ports,
    metrics: this.metrics,
    positions: this.positions,
    delivery: this.delivery,
    config: this.config,
  })
  readonly controller = new AbortController()

  /** @returns what it ended with */
  run(): Promise<unknown> {
    return this.checkpointer.run(this.controller.signal).catch((error: unknown) => error)
  }

  async checkpoint(): Promise<void> {
    await this.world.run(() => this.checkpointer.checkpoint(this.controller.signal))
  }

  async finish(): Promise<void> {
    await this.world.run(() => this.checkpointer.finish(this.controller.signal))
  }

  failWith(message: string | null): void {
    this.delivery.onCommit = async () => {
      if (message !== null) throw new Error(message)
    }
  }

  get logged(): unknown[] {
    return this.ports.logger.entries.map(({ level, fields, message }) => ({ level, fields, message }))
  }

  get check(): unknown {
    return this.checkpointer.checks()['positions']
  }
}

test('it saves at every interval what changed, and nothing when nothing did', async () => {
  const rig = new Rig()
  const running = rig.run()
  await rig.world.advance(INTERVAL_MS + 100)
  expect(rig.delivery).toMatchObject({ commits: 1, saves: 0 })
  rig.positions.advance(a, positionOf(1))
  await rig.world.advance(2 * INTERVAL_MS)
  expect(rig.delivery).toMatchObject({ commits: 3, saves: 1 })
  expect(rig.positions.dirty).toBe(false)
  expect(await rig.metrics.text()).toContain(
    `log_capturer_positions_saved_timestamp ${(rig.world.clock.now() - 100) / 1000}`,
  )
  const reason = new Error('stopped')
  rig.controller.abort(reason)
  expect(await running).toBe(reason)
})

test('another interval begins at once, with a checkpoint', async () => {
  const rig = new Rig()
  rig.config.checkpointIntervalMs = DAY_MS
  const running = rig.run()
  await rig.world.advance(INTERVAL_MS)
  rig.config.checkpointIntervalMs = INTERVAL_MS
  rig.checkpointer.reconfigured()
  await rig.world.advance(100)
  expect(rig.delivery.commits).toBe(1)
  await rig.world.advance(INTERVAL_MS)
  expect(rig.delivery.commits).toBe(2)
  rig.controller.abort()
  await running
})

test('a failure is logged once, until it is another one or comes again after a success', async () => {
  const rig = new Rig()
  const running = rig.run()
  for (const [message, intervals] of [
    ['EIO', 3],
    ['ENOSPC', 2],
    [null, 1],
    ['ENOSPC', 2],
  ] as const) {
    rig.failWith(message)
    await rig.world.advance(intervals * INTERVAL_MS)
  }
  expect(rig.logged).toEqual(
    ['EIO', 'ENOSPC', 'ENOSPC'].map((message) => ({
      level: 'error',
      fields: { err: new Error(message) },
      message: 'Positions cannot be saved; the ones on disk stay valid',
    })),
  )
  rig.controller.abort()
  await running
})

test('one that is aborted while the delivery commits saves nothing and logs nothing', async () => {
  const rig = new Rig()
  rig.delivery.onCommit = () => rig.world.clock.sleep(5000, { signal: new AbortController().signal })
  rig.positions.advance(a, positionOf(1))
  const running = rig.run()
  await rig.world.advance(2 * INTERVAL_MS)
  const reason = new Error('stopped')
  rig.controller.abort(reason)
  await rig.world.advance(10_000)
  expect(await running).toBe(reason)
  expect([rig.delivery.saves, rig.positions.dirty, rig.logged]).toEqual([0, true, []])
})

test('a checkpoint forgets what is gone for more than a day', async () => {
  const rig = new Rig()
  rig.positions.advance(a, positionOf(1))
  rig.positions.gone(a.id)
  await rig.world.advance(DAY_MS + 1)
  await rig.checkpoint()
  expect(rig.positions.resume(a.id)).toBeUndefined()
})

test('the last checkpoint is over when everything is committed and saved', async () => {
  const rig = new Rig()
  rig.positions.advance(a, positionOf(1))
  await rig.finish()
  expect(rig.delivery).toMatchObject({ commits: 1, saves: 1 })
  rig.delivery.committed = false
  rig.delivery.onCommit = async () => {
    if (rig.delivery.commits === 3) rig.delivery.committed = true
  }
  const startedMs = rig.world.nowMs
  await rig.finish()
  expect([rig.delivery.commits, rig.world.nowMs - startedMs]).toEqual([3, 50])
})

test('what comes while the last checkpoint saves is saved by another one', async () => {
  const rig = new Rig()
  const saved = rig.delivery.saved
  rig.delivery.saved = async () => {
    await saved()
    if (rig.delivery.saves === 1) rig.positions.advance(b, positionOf(1))
  }
  rig.positions.advance(a, positionOf(1))
  await rig.finish()
  expect(rig.delivery.saves).toBe(2)
  expect(rig.positions.dirty).toBe(false)
})

test('the last checkpoint gives up after the fifth, each a moment after the one before', async () => {
  const rig = new Rig()
  rig.delivery.committed = false
  const startedMs = rig.world.nowMs
  await expect(rig.finish()).rejects.toThrow('not everything that was stored could be made durable')
  expect([rig.delivery.commits, rig.world.nowMs - startedMs]).toEqual([5, 4 * 50])
})

test('a pause between the last checkpoints ends with an abort', async () => {
  const rig = new Rig()
  rig.delivery.committed = false
  const finishing = rig.checkpointer.finish(rig.controller.signal)
  const reason = new Error('stopped')
  rig.world.schedule(10, 'abort', () => rig.controller.abort(reason))
  await expect(rig.world.run(() => finishing)).rejects.toBe(reason)
  expect(rig.delivery.commits).toBe(1)
})

test('positions that are not saved are told in health after half a minute, and at once when there is nothing to save', async () => {
  const rig = new Rig()
  await rig.world.advance(1000)
  await rig.checkpoint()
  await rig.world.advance(60_000)
  expect(rig.check).toEqual({ ok: true, detail: 'saved' })
  await rig.checkpoint()
  rig.positions.advance(a, positionOf(1))
  await rig.world.advance(30_000)
  expect(rig.check).toEqual({ ok: true, detail: 'saved' })
  await rig.world.advance(1000)
  expect(rig.check).toEqual({ ok: false, detail: 'not saved for 31 s' })
  await rig.checkpoint()
  expect(rig.check).toEqual({ ok: true, detail: 'saved' })
  rig.delivery.committed = false
  await rig.world.advance(31_000)
  expect(rig.check).toEqual({ ok: false, detail: 'not saved for 31 s' })
})

test('positions that cannot be saved are told in health after three intervals, with the reason', async () => {
  const rig = new Rig()
  rig.positions.advance(a, positionOf(1))
  rig.failWith('EIO')
  await expect(rig.checkpoint()).rejects.toThrow('EIO')
  await rig.world.advance(3 * INTERVAL_MS)
  expect(rig.check).toEqual({ ok: true, detail: 'saved' })
  await rig.world.advance(1)
  expect(rig.check).toEqual({ ok: false, detail: 'not saved for 3 s: EIO' })
})
