import { describe, expect, test } from 'vitest'
import type { WriteAnswer } from './sink.ts'
import { Machine, numbersOf, runs, runsOf, upTo } from './dispatcher-rig.test-helper.ts'
import { blockOf, ScriptedSink, sourceOf } from './pipeline-rig.test-helper.ts'

const a = sourceOf('a')
const b = sourceOf('b')
const AGAIN: WriteAnswer = { kind: 'again', why: 'away' }
const HANGS = (): Promise<WriteAnswer> => new Promise(() => {})
const LINE = 'x'.repeat(1000)

test('one sink that is always there is written to without a spool, and goes on where it was', async () => {
  const machine = new Machine()
  const sink = new ScriptedSink()
  const first = await machine.start([sink])
  await first.deliver(a, 10)
  expect((await machine.stop()).missed).toEqual([])
  const second = await machine.start([sink])
  expect(second.spooled).toBe(false)
  expect(second.dispatcher.resumePosition(a.id)?.records).toBe(10)
  expect(second.dispatcher.knownSources()).toEqual([a])
  await second.deliver(a, 5)
  await machine.world.advance(10)
  expect(runsOf(sink, a)).toBe('0-14')
})

test('what is taken is counted, in lines and in bytes', async () => {
  const machine = new Machine()
  const process = await machine.start([new ScriptedSink()])
  await machine.world.run(() => process.deliver(a, 12))
  expect([await process.counted('lines_read'), await process.counted('bytes_read')]).toEqual([12, 12 * 3 + 2])
  await machine.stop()
})

test('the bound on memory is applied, first come, first served, and an abort takes nothing', async () => {
  const machine = new Machine()
  const sink = new ScriptedSink()
  sink.answer = HANGS
  const { dispatcher } = await machine.start([sink], { queueBytesMax: 64 * 1024 })
  const controller = new AbortController()
  let taken = 0
  const deliveries = upTo(100).map(async (n) => {
    await dispatcher.deliver(blockOf(sourceOf(`s${n}`), 0, [LINE]), controller)
    taken += 1
  })
  await machine.world.advance(1000)
  expect(taken).toBeGreaterThan(10)
  expect(taken).toBeLessThan(30)
  expect(dispatcher.heldBytes().counted).toBeLessThanOrEqual(64 * 1024)
  expect(dispatcher.heldBytes().real).toBeLessThanOrEqual(64 * 1024 * 1.25)
  controller.abort(new Error('stopped'))
  await Promise.allSettled(deliveries)
  expect(dispatcher.resumePosition(sourceOf('s99').id)).toBeUndefined()
})

describe('two sinks', () => {
  test('one that hangs holds up neither the other nor the readers, and gets everything later', async () => {
    const machine = new Machine()
    const [hung, well] = [new ScriptedSink({}, 'hung'), new ScriptedSink({}, 'well')]
    const { promise, resolve } = Promise.withResolvers<WriteAnswer>()
    hung.answer = () => promise
    const process = await machine.start([hung, well], { queueBytesMax: 1 << 20 })
    expect(process.spooled).toBe(true)
    await machine.world.run(() => process.deliver(a, 3000, LINE))
    await machine.world.advance(5000)
    expect(runsOf(well, a)).toBe('0-2999')
    expect(process.dispatcher.heldBytes().real).toBeLessThanOrEqual(2 * 1.25 * (1 << 20))
    hung.answer = () => null
    resolve(AGAIN)
    await machine.world.advance(60_000)
    expect(runsOf(hung, a)).toBe('0-2999')
  })

  test.each(['clean', 'kill', 'power'] as const)(
    'at different places, after a %s end, each goes on where it was, and none misses anything',
    async (end) => {
      const machine = new Machine()
      const [away, well] = [new ScriptedSink({}, 'away'), new ScriptedSink({}, 'well')]
      away.answer = () => AGAIN
      const first = await machine.start([away, well])
      await first.deliver(a, 20)
      await machine.world.advance(5000)
      await first.deliver(b, 10)
      await machine.world.advance(end === 'clean' ? 5000 : 300)
      if (end === 'clean') await machine.stop()
      else machine.crash(end)
      away.answer = () => null
      const second = await machine.start([away, well])
      const resume = second.dispatcher.resumePosition(b.id)?.records ?? 0
      if (end !== 'power') expect(resume).toBe(10)
      await second.deliver(b, 15 - resume)
      await machine.world.advance(60_000)
      expect(runsOf(away, a)).toBe('0-19')
      expect(runsOf(away, b)).toBe('0-14')
      expect(runs([...new Set(numbersOf(well, b))])).toBe('0-14')
      expect(runsOf(well, a)).toBe('0-19')
    },
  )

  test('a source that one of them cannot store holds up no other source, and is stored in its order when it can be', async () => {
    const machine = new Machine()
    const [picky, well] = [new ScriptedSink({}, 'picky'), new ScriptedSink({}, 'well')]
    picky.answer = ({ parts }) => (parts[0]!.source.name === 'a' ? AGAIN : null)
    const process = await machine.start([picky, well], { queueBytesMax: 1 << 20 })
    await machine.world.run(async () => {
      for (let n = 0; n < 100; n++) {
        // eslint-disable-next-line no-await-in-loop -- one reader after the other
        await process.deliver(a, 20, LINE)
        // eslint-disable-next-line no-await-in-loop
        await process.deliver(b, 1)
      }
    })
    await machine.world.advance(5000)
    expect(runsOf(picky, b)).toBe('0-99')
    expect(runsOf(picky, a)).toBe('')
    picky.answer = () => null
    await machine.world.advance(60_000)
    expect(runsOf(picky, a)).toBe('0-1999')
    expect(await process.dropped()).toBe(0)
  })

  test('a disk that does not let the spool be read is told, once in the log, and the lines come when it does', async () => {
    const machine = new Machine()
    const [one, other] = [new ScriptedSink({}, 'one'), new ScriptedSink({}, 'other')]
    const process = await machine.start([one, other])
    const details = (): (string | undefined)[] =>
      [one, other].map(({ name }) => process.dispatcher.checks()[`sink ${name} spool`]?.detail)
    for (const [fault, told] of [
      [{ kind: 'error', code: 'EIO' }, 'cannot read the spool: EIO'],
      [{ kind: 'hang' }, 'a read of the spool is not done after 60 s'],
    ] as const) {
      const trouble = machine.world.fileSystem.disturb(fault, { operations: ['read'] })
      await process.deliver(a, 10)
      await machine.world.advance(60_001)
      expect(details()).toEqual([expect.stringContaining(told), expect.stringContaining(told)])
      trouble[Symbol.dispose]()
      await machine.world.advance(31_000)
      expect(details()).toEqual([undefined, undefined])
    }
    expect([one, other].map((sink) => runsOf(sink, a))).toEqual(['0-19', '0-19'])
    const told = process.ports.logger.entries.filter(({ message }) => message === 'The spool cannot be read')
    expect(told).toHaveLength(2)
  })

  test('one that is switched off for a run goes on where it was; one that is new begins at the end', async () => {
    const machine = new Machine()
    const [one, other, fresh] = ['one', 'other', 'fresh'].map((name) => new ScriptedSink({}, name))
    const first = await machine.start([one!])
    await first.deliver(a, 5)
    await machine.stop()
    const second = await machine.start([other!])
    expect(second.spooled).toBe(true)
    await second.deliver(a, 5)
    await machine.stop()
    const third = await machine.start([one!, other!, fresh!])
    await third.deliver(a, 5)
    await machine.world.advance(5000)
    expect(runsOf(one!, a)).toBe('0-14')
    expect(runsOf(other!, a)).toBe('5-14')
    expect(runsOf(fresh!, a)).toBe('10-14')
  })

  test('an epoch that is not stored is not taken for one that is, although its ordinals are smaller', async () => {
    const machine = new Machine()
    const [away, ahead] = [new ScriptedSink({}, 'away'), new ScriptedSink({}, 'ahead')]
    away.answer = () => AGAIN
    const process = await machine.start([away, ahead])
    process.dispatcher.tryDeliver(blockOf(a, 0, ['0', '1', '2']))
    await machine.world.advance(2000)
    process.dispatcher.tryDeliver(blockOf(a, 1, ['new 1', 'new 2'], 1))
    await machine.world.advance(2000)
    expect(ahead.stored.get('a')).toEqual(['0', '1', '2', 'new 1', 'new 2'])
  })
})

describe('a full spool', () => {
  const config = { queueBytesMax: 1 << 20, spool: { bytesMax: 1 << 20 } }

  test('makes the readers wait for the sink that is behind, says so, and goes on with it', async () => {
    const machine = new Machine()
    const [away, well] = [new ScriptedSink({}, 'away'), new ScriptedSink({}, 'well')]
    away.answer = () => AGAIN
    const process = await machine.start([away, well], config)
    let done = false
    const delivering = process.deliver(a, 5000, LINE).then(() => (done = true))
    await machine.world.advance(60_000)
    expect(done).toBe(false)
    expect(process.dispatcher.checks()['spool']).toMatchObject({
      ok: false,
      detail: expect.stringContaining('away'),
    })
    away.answer = () => null
    await machine.world.advance(120_000)
    await delivering
    await machine.world.advance(5000)
    expect(process.dispatcher.checks()['spool']!.ok).toBe(true)
    expect(runsOf(away, a)).toBe('0-4999')
    expect(runsOf(well, a)).toBe('0-4999')
  })

  test('drops the oldest of the sink that is behind where it is configured so, and counts them', async () => {
    const machine = new Machine()
    const [away, well] = [new ScriptedSink({}, 'away'), new ScriptedSink({}, 'well')]
    away.answer = () => ({ kind: 'refused', why: 'wrong password' })
    const process = await machine.start([away, well], {
      queueBytesMax: 1 << 20,
      spool: { bytesMax: 1 << 20, whenFull: 'drop_oldest' },
    })
    let done = false
    const delivering = process.deliver(a, 5000, LINE).then(() => (done = true))
    await machine.world.advance(60_000)
    expect(done).toBe(true)
    await delivering
    away.answer = () => null
    await machine.world.advance(60_000)
    expect(runsOf(well, a)).toBe('0-4999')
    const got = numbersOf(away, a)
    expect(got.at(-1)).toBe(4999)
    expect(got).toEqual([...got].toSorted((x, y) => x - y))
    expect(await process.dropped()).toBe(5000 - got.length)
  })

  test('drops what it keeps for a sink that is switched off first, and waits for nobody', async () => {
    const machine = new Machine()
    const [off, on] = [new ScriptedSink({}, 'off'), new ScriptedSink({}, 'on')]
    await machine.start([off, on], config)
    await machine.stop()
    const process = await machine.start([on], config)
    const delivering = process.deliver(a, 5000, LINE)
    await machine.world.advance(60_000)
    await delivering
    await machine.world.advance(5000)
    expect(runsOf(on, a)).toBe('0-4999')
    const dropped = await process.dropped()
    expect(dropped).toBeGreaterThan(1000)
    await machine.stop()
    const last = await machine.start([off, on], config)
    await machine.world.advance(5000)
    expect(runsOf(off, a)).toBe(`${dropped}-4999`)
    expect(await last.dropped()).toBe(0)
  })
})

describe('saving', () => {
  test('at a stop includes what was stored while a sync that does not listen was under way', async () => {
    const machine = new Machine()
    const sink = new ScriptedSink()
    sink.sync = async () => {
      await machine.world.clock.sleep(1900, { signal: new AbortController().signal })
      return new Map()
    }
    const first = await machine.start([sink])
    await first.deliver(a, 1)
    await machine.world.advance(1100)
    await first.deliver(a, 1)
    await machine.world.advance(1)
    sink.sync = async () => new Map()
    const { missed } = await machine.stop()
    expect(missed.map(({ step }) => step)).toEqual(['workers'])
    const second = await machine.start([sink])
    expect(second.dispatcher.resumePosition(a.id)?.records).toBe(2)
  })

  test('a sink whose sync hangs keeps the progress of the others from nothing', async () => {
    const machine = new Machine()
    const [hung, well] = [new ScriptedSink({}, 'hung'), new ScriptedSink({}, 'well')]
    hung.sync = () => new Promise(() => {})
    const first = await machine.start([hung, well])
    await first.deliver(a, 10)
    await machine.world.advance(30_000)
    expect(first.dispatcher.checks()['sink hung sync']).toMatchObject({ ok: false })
    machine.crash('kill')
    hung.stored.clear()
    const second = await machine.start([hung, well])
    expect(second.dispatcher.resumePosition(a.id)?.records).toBe(10)
    await machine.world.advance(5000)
    expect(runsOf(well, a)).toBe('0-9')
    expect(runsOf(hung, a)).toBe('0-9')
  })

  test('what a crash left in the spool has its positions saved with the place of a sink that is new', async () => {
    const machine = new Machine()
    const [sink, other, late] = [
      new ScriptedSink({}, 'sink'),
      new ScriptedSink({}, 'other'),
      new ScriptedSink({}, 'late'),
    ]
    const first = await machine.start([sink, other])
    await first.deliver(a, 3)
    await machine.world.advance(1)
    machine.crash('kill')
    await machine.start([sink, other, late])
    machine.crash('kill')
    const { dispatcher } = await machine.start([sink, other, late])
    expect(dispatcher.resumePosition(a.id)?.records).toBe(3)
  })

  test('that fails for longer than three intervals is told in health, with the reason, until it succeeds', async () => {
    const machine = new Machine()
    const sink = new ScriptedSink()
    sink.sync = async () => {
      throw new Error('EIO: the disk')
    }
    const { dispatcher, deliver } = await machine.start([sink]).then((process) => ({
      dispatcher: process.dispatcher,
      deliver: () => process.deliver(a, 1),
    }))
    await deliver()
    await machine.world.advance(2000)
    expect(dispatcher.checks()['positions']!.ok).toBe(true)
    await machine.world.advance(5000)
    expect(dispatcher.checks()['positions']).toEqual({
      ok: false,
      detail: expect.stringMatching(/^not saved for \d+ s: EIO: the disk$/),
    })
    sink.sync = async () => new Map()
    await machine.world.advance(1100)
    expect(dispatcher.checks()['positions']!.ok).toBe(true)
  })
  test('that is only slow, on a busy disk, is told in health after half a minute', async () => {
    const machine = new Machine()
    const sink = new ScriptedSink()
    sink.sync = () => new Promise(() => {})
    const process = await machine.start([sink])
    await process.deliver(a, 1)
    await machine.world.advance(20_000)
    expect(process.dispatcher.checks()['positions']!.ok).toBe(true)
    await machine.world.advance(15_000)
    expect(process.dispatcher.checks()['positions']).toEqual({
      ok: false,
      detail: expect.stringMatching(/^not saved for \d+ s$/),
    })
  })
})

test('a source that is gone is forgotten by the sinks when they have everything, and its position is kept', async () => {
  const machine = new Machine()
  const [away, well] = [new ScriptedSink({}, 'away'), new ScriptedSink({}, 'well')]
  away.answer = () => AGAIN
  const process = await machine.start([away, well])
  await process.deliver(a, 3)
  await machine.world.run(() => process.dispatcher.forget(a, { signal: new AbortController().signal }))
  await machine.world.advance(5000)
  expect([well.forgotten, away.forgotten]).toEqual([['a'], []])
  expect(process.dispatcher.knownSources()).toEqual([])
  expect(process.dispatcher.resumePosition(a.id)?.records).toBe(3)
  away.answer = () => null
  await machine.world.advance(60_000)
  expect(away.forgotten).toEqual(['a'])
})
