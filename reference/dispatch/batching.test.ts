import { describe, expect, test } from 'vitest'
import { blockOf, PipelineRig, ScriptedSink, sourceOf } from './pipeline-rig.test-helper.ts'
import type { SinkBatch, SinkLimits, WriteAnswer } from './sink.ts'

const a = sourceOf('a')
const many = Array.from({ length: 100 }, (_, n) => sourceOf(`s${n}`))
const NETWORK: Partial<SinkLimits> = { sourcesPerBatch: 200, batchDelayMs: 1000, writeDeadlineMs: 10_000 }

/** Each source writes 20 lines a second. @returns what was written how often. */
async function write(rig: PipelineRig, seconds: number): Promise<void> {
  for (let n = 0; n < seconds * 20; n++) {
    rig.push(...many.map((source) => blockOf(source, n, [`${n}`])))
    // eslint-disable-next-line no-await-in-loop -- a clock
    await rig.world.advance(50)
  }
}

/** Takes no batch that has something of the source in it. */
function spoiltBy(name: string): (batch: SinkBatch) => WriteAnswer | null {
  return ({ parts }) =>
    parts.some(({ source }) => source.name === name) ? { kind: 'again', why: 'a bad one' } : null
}

function holdsAll(rig: PipelineRig, lines: number): boolean {
  const all = Array.from({ length: lines }, (_, n) => `${n}`).join()
  return many.every(({ name }) => rig.sink.stored.get(name)?.join() === all)
}

describe('a sink that has records wait for company', () => {
  test('gets those of 100 sources of 20 lines a second in fewer than 10 writes a second, none later than it wants', async () => {
    const rig = new PipelineRig(new ScriptedSink({ ...NETWORK, batchRecords: 10_000 }), 1 << 24)
    rig.start()
    await write(rig, 10)
    expect(rig.sink.writes.length).toBeGreaterThanOrEqual(9)
    expect(rig.sink.writes.length).toBeLessThanOrEqual(11)
    await rig.world.advance(1000)
    expect(holdsAll(rig, 200)).toBe(true)
  })

  test('is away every ten seconds: still fewer than 10 writes a second, and every line once, in order', async () => {
    const rig = new PipelineRig(new ScriptedSink({ ...NETWORK, batchRecords: 10_000 }), 1 << 25)
    rig.sink.answer = () =>
      rig.world.nowMs % 10_000 < 2000 ? { kind: 'again', why: 'ECONNREFUSED', of: 'sink' } : null
    rig.start()
    await write(rig, 30)
    await rig.world.advance(10_000)
    expect(rig.sink.writes.length).toBeLessThan(100)
    expect(holdsAll(rig, 600)).toBe(true)
    expect(rig.ports.logger.entries.length).toBeLessThan(20)
  })

  test('does not wait for a batch that is full', async () => {
    const rig = new PipelineRig(new ScriptedSink({ ...NETWORK, batchRecords: 10 }))
    rig.start()
    rig.push(blockOf(a, 0, ['1', '2', '3', '4', '5']))
    await rig.world.advance(10)
    expect(rig.sink.writes).toHaveLength(0)
    rig.push(blockOf(a, 5, ['6', '7', '8', '9', '10']))
    await rig.world.advance(10)
    expect(rig.sink.writes).toHaveLength(1)
  })

  test('writes at once while it is drained, and when somebody waits for room', async () => {
    const rig = new PipelineRig(new ScriptedSink(NETWORK))
    rig.start()
    rig.push(blockOf(a, 0, ['1']))
    await rig.world.advance(10)
    rig.pipeline.hurry()
    await rig.world.advance(10)
    expect(rig.sink.writes).toHaveLength(1)
    rig.push(blockOf(a, 1, ['2']))
    await rig.world.advance(10)
    expect(rig.sink.writes).toHaveLength(1)
    const drained = rig.pipeline.drain({ signal: new AbortController().signal })
    await rig.world.advance(10)
    await drained
    rig.push(blockOf(a, 2, ['3']))
    await rig.world.advance(10)
    expect(rig.sink.stored.get('a')).toEqual(['1', '2', '3'])
  })

  test('leaves no timer and no task behind a stop, and keeps what waited', async () => {
    const rig = new PipelineRig(new ScriptedSink(NETWORK))
    rig.start()
    rig.push(blockOf(a, 0, ['1']))
    await rig.world.advance(10)
    await rig.world.run(() => rig.scope.close({ deadlineMs: 1000 }))
    expect(rig.tasks.size).toBe(0)
    await rig.world.advance(60_000)
    expect(rig.sink.writes).toHaveLength(0)
    rig.scope = rig.newScope()
    rig.start()
    await rig.world.advance(1000)
    expect(rig.sink.stored.get('a')).toEqual(['1'])
  })
})

describe('a sink that is away', () => {
  const AWAY: WriteAnswer = { kind: 'again', why: 'ECONNREFUSED', of: 'sink' }

  test('is asked with one write at a time, is told in health after ten seconds, and nobody is passed over', async () => {
    const rig = new PipelineRig(new ScriptedSink())
    let underWay = 0
    let most = 0
    rig.sink.answer = async () => {
      most = Math.max(most, (underWay += 1))
      await rig.world.clock.sleep(100, { signal: new AbortController().signal })
      underWay -= 1
      return AWAY
    }
    rig.start()
    rig.push(blockOf(a, 0, ['1']))
    await rig.world.advance(200)
    most = 0
    rig.push(...many.slice(0, 20).map((source) => blockOf(source, 0, ['0'])))
    await rig.world.advance(5000)
    expect(rig.check.ok).toBe(true)
    await rig.world.advance(295_000)
    expect(most).toBe(1)
    expect(rig.sink.writes.length).toBeLessThan(50)
    expect([...rig.stalled]).toEqual([])
    expect(rig.check).toEqual({ ok: false, detail: 'takes nothing for 300 s: ECONNREFUSED' })
    rig.sink.answer = () => null
    await rig.world.advance(30_000)
    expect(rig.sink.stored.size).toBe(21)
    expect(rig.check.ok).toBe(true)
  })

  test('whenever it is given something of one source holds up no other', async () => {
    const rig = new PipelineRig(new ScriptedSink({ ...NETWORK, sourcesPerBatch: 100 }))
    rig.sink.answer = ({ parts }) =>
      parts.some(({ source }) => source.name === 's37')
        ? { kind: 'again', why: 'answered 500', of: 'sink' }
        : null
    rig.start()
    rig.push(...many.map((source) => blockOf(source, 0, ['0'])))
    await rig.world.advance(300_000)
    expect(rig.sink.stored.size).toBe(99)
    rig.sink.answer = () => null
    await rig.world.advance(30_000)
    expect(rig.sink.stored.size).toBe(100)
  })

  test('and names a time is asked by nobody before it', async () => {
    const rig = new PipelineRig(new ScriptedSink())
    rig.sink.answer = () => ({ ...AWAY, afterMs: 60_000 })
    rig.start()
    rig.push(blockOf(a, 0, ['1']))
    await rig.world.advance(10)
    rig.push(...many.map((source) => blockOf(source, 0, ['0'])))
    await rig.world.advance(59_900)
    expect(rig.sink.writes).toHaveLength(1)
    await rig.world.advance(400)
    expect(rig.sink.writes).toHaveLength(2)
  })

  test('grows its back-off by one step, however many writes were under way when it went', async () => {
    const rig = new PipelineRig(new ScriptedSink({ inFlight: 4 }))
    rig.sink.answer = async () => {
      await rig.world.clock.sleep(50, { signal: new AbortController().signal })
      return AWAY
    }
    rig.start()
    rig.push(...many.slice(0, 4).map((source) => blockOf(source, 0, ['0'])))
    await rig.world.advance(60)
    expect(rig.sink.writes).toHaveLength(4)
    await rig.world.advance(200)
    expect(rig.sink.writes.length).toBeGreaterThan(4)
  })
})

describe('a batch that fails', () => {
  test('comes again in halves until the source that is to blame is by itself', async () => {
    const rig = new PipelineRig(new ScriptedSink({ sourcesPerBatch: 100, inFlight: 1 }))
    rig.sink.answer = spoiltBy('s37')
    rig.push(...many.map((source) => blockOf(source, 0, ['0'])))
    rig.start()
    await rig.world.advance(20_000)
    expect(rig.sink.stored.size).toBe(99)
    expect(rig.sink.writes.length).toBeLessThan(40)
  })

  test('takes a part of the workers only: what never failed goes before what did', async () => {
    const rig = new PipelineRig(new ScriptedSink({ writeDeadlineMs: 60_000 }))
    rig.sink.answer = ({ parts: [part] }) =>
      part!.source.name.startsWith('s') ? { kind: 'again', why: 'busy' } : null
    rig.start()
    rig.push(...many.slice(0, 20).map((source) => blockOf(source, 0, ['0'])))
    await rig.world.advance(10)
    const { answer } = rig.sink
    // From now on they hang: without a cap on retries they would take every worker.
    rig.sink.answer = (batch, signal) =>
      answer(batch, signal) === null ? null : new Promise<WriteAnswer>(() => {})
    await rig.world.advance(5000)
    rig.push(blockOf(a, 0, ['1']))
    await rig.world.advance(10)
    expect(rig.sink.stored.get('a')).toEqual(['1'])
  })
})
