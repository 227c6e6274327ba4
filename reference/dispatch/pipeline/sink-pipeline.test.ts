import { describe, expect, test } from 'vitest'
import { blockOf, PipelineRig, positionOf, ScriptedSink, sourceOf } from '../pipeline-rig.test-helper.ts'
import type { SinkBatch, WriteAnswer } from '../sink.ts'

const a = sourceOf('a')
const b = sourceOf('b')
const AGAIN: WriteAnswer = { kind: 'again', why: 'the disk is full' }

function isOf(batch: SinkBatch, name: string): boolean {
  return batch.parts.some(({ source }) => source.name === name)
}

function smaller(max: number): (batch: SinkBatch) => WriteAnswer | null {
  return (batch) => (batch.records > max ? { kind: 'smaller', why: 'too large' } : null)
}

function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, n) => `line ${from + n}`)
}

test('what is pushed is stored in its order, told with its mark, and its room given back', async () => {
  const rig = new PipelineRig(new ScriptedSink())
  rig.start()
  rig.push(blockOf(a, 0, ['1', '2']), blockOf(b, 0, ['x']), blockOf(a, 2, ['3']))
  await rig.world.advance(1)
  expect(rig.sink.stored.get('a')).toEqual(['1', '2', '3'])
  expect(rig.sink.stored.get('b')).toEqual(['x'])
  expect(rig.reported).toContainEqual({ source: 'a', records: 3, mark: { n: 3 } })
  expect(rig.budget.held).toBe(0)
  expect(await rig.figure('log_capturer_lines_delivered_total')).toBe(4)
  const { promise, resolve } = Promise.withResolvers<null>()
  rig.sink.answer = () => promise
  rig.push(blockOf(b, 1, ['y']))
  await rig.world.advance(2500)
  resolve(null)
  await rig.world.advance(1)
  expect(await rig.figure('log_capturer_sink_latency_seconds_sum')).toBe(2.5)
})

test('a block that only moves the position needs no write, and takes no room behind another one', async () => {
  const rig = new PipelineRig(new ScriptedSink())
  rig.sink.answer = () => Promise.withResolvers<WriteAnswer>().promise
  rig.start()
  const empty = { ...blockOf(a, 1, []), position: positionOf(1) }
  rig.push(empty)
  await rig.world.advance(1)
  expect(rig.reported).toEqual([{ source: 'a', records: 1, mark: undefined }])
  rig.push(blockOf(a, 1, ['hangs']))
  await rig.world.advance(1)
  const held = rig.budget.held
  for (let n = 0; n < 100; n++) rig.push(blockOf(a, 2, []))
  expect(rig.sink.writes).toHaveLength(1)
  expect(rig.budget.held).toBeLessThan(held * 2.5)
  expect(rig.pipeline.heldBytes).toBe(rig.budget.held)
})

describe('a source that fails', () => {
  test('is repeated with a back-off that grows, and begins anew once it was stored', async () => {
    const rig = new PipelineRig(new ScriptedSink())
    const attemptsMs: number[] = []
    let fails = true
    rig.sink.answer = () => {
      attemptsMs.push(rig.world.nowMs)
      return fails ? AGAIN : null
    }
    rig.start()
    rig.push(blockOf(a, 0, ['1']))
    await rig.world.advance(300_000)
    const gaps = attemptsMs.slice(1).map((atMs, n) => atMs - attemptsMs[n]!)
    expect(gaps[0]).toBeLessThanOrEqual(200)
    expect(Math.max(...gaps)).toBeGreaterThan(15_000)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(30_000)
    fails = false
    await rig.world.advance(30_000)
    expect(rig.sink.stored.get('a')).toEqual(['1'])
    fails = true
    attemptsMs.length = 0
    rig.push(blockOf(a, 1, ['2']))
    await rig.world.advance(1000)
    expect(attemptsMs[1]! - attemptsMs[0]!).toBeLessThanOrEqual(200)
  })

  test('holds up no other one, also when there are many, and is told as stalled until it is stored', async () => {
    const rig = new PipelineRig(new ScriptedSink())
    rig.sink.answer = (batch) => (isOf(batch, 'b') ? null : AGAIN)
    rig.start()
    const bad = Array.from({ length: 9 }, (_, n) => sourceOf(`bad${n}`))
    rig.push(...bad.map((source) => blockOf(source, 0, ['bad'])))
    for (let n = 0; n < 50; n++) {
      rig.push(blockOf(b, n, [`${n}`]))
      await rig.world.advance(10)
    }
    expect(rig.sink.stored.get('b')).toHaveLength(50)
    expect(rig.stalled).toEqual(new Set(bad.map((source) => source.id)))
    rig.sink.answer = () => null
    await rig.world.advance(30_000)
    expect(rig.sink.stored.get('bad0')).toEqual(['bad'])
    expect([...rig.stalled]).toEqual([])
  })

  test('in a batch of many delays them by one write: from then on it is written by itself', async () => {
    const rig = new PipelineRig(new ScriptedSink({ sourcesPerBatch: 10, inFlight: 1 }))
    rig.sink.answer = (batch) => (isOf(batch, 'a') ? AGAIN : null)
    rig.push(blockOf(a, 0, ['bad']), blockOf(b, 0, ['1']))
    rig.start()
    await rig.world.advance(300)
    expect(rig.sink.stored.get('b')).toEqual(['1'])
    rig.push(blockOf(b, 1, ['2']))
    await rig.world.advance(60_000)
    expect(rig.sink.stored.get('b')).toEqual(['1', '2'])
    expect(rig.sink.writes.filter((write) => 'a' in write && 'b' in write)).toHaveLength(1)
  })

  test('is named in health with the reason after ten seconds, and is good again with the first success', async () => {
    const rig = new PipelineRig(new ScriptedSink())
    rig.sink.answer = (batch) => (isOf(batch, 'a') ? AGAIN : null)
    rig.start()
    rig.push(blockOf(a, 0, ['1']))
    await rig.world.advance(5000)
    expect(rig.check.ok).toBe(true)
    await rig.world.advance(60_000)
    expect(rig.check).toEqual({
      ok: false,
      detail: expect.stringMatching(/^cannot store a for 6\d s: the disk is full$/),
    })
    rig.sink.answer = () => null
    await rig.world.advance(30_000)
    expect(rig.check.ok).toBe(true)
  })

  test('is not asked before the time that the sink named', async () => {
    const rig = new PipelineRig(new ScriptedSink())
    rig.sink.answer = () => ({ kind: 'again', why: 'slow down', afterMs: 5000 })
    rig.start()
    rig.push(blockOf(a, 0, ['1']))
    await rig.world.advance(4900)
    expect(rig.sink.writes).toHaveLength(1)
    await rig.world.advance(400)
    expect(rig.sink.writes).toHaveLength(2)
  })

  test('by throwing fails like any other', async () => {
    const rig = new PipelineRig(new ScriptedSink())
    let fails = true
    rig.sink.answer = () => {
      if (fails) throw new Error('a defect')
      return null
    }
    rig.start()
    rig.push(blockOf(a, 0, ['1']))
    await rig.world.advance(60_000)
    expect(rig.check.detail).toMatch(/^cannot store a for \d+ s: a defect$/)
    fails = false
    await rig.world.advance(31_000)
    expect(rig.sink.stored.get('a')).toEqual(['1'])
  })
})

describe('what is too large', () => {
  test('is written in smaller batches, in order, and the mark is told at the end of a block only', async () => {
    const rig = new PipelineRig(new ScriptedSink())
    rig.sink.answer = smaller(3)
    rig.start()
    rig.push(blockOf(a, 0, numbers(0, 20)))
    await rig.world.advance(10)
    expect(rig.sink.stored.get('a')).toEqual(numbers(0, 20))
    expect(rig.reported).toEqual([{ source: 'a', records: 20, mark: { n: 20 } }])
    expect(rig.sink.writes.slice(0, 4).map(({ a: lines }) => lines?.length)).toEqual([20, 10, 5, 2])
    const { retried } = rig.pipeline.figures
    expect(retried).toBeGreaterThanOrEqual(20 + 10 + 5)
    expect(await rig.figure('log_capturer_lines_retried_total')).toBe(retried)
  })

  test('with many sources is written one by one', async () => {
    const rig = new PipelineRig(new ScriptedSink({ sourcesPerBatch: 10, inFlight: 1 }))
    rig.sink.answer = smaller(1)
    rig.push(blockOf(a, 0, ['1', '2']), blockOf(b, 0, ['x', 'y']))
    rig.start()
    await rig.world.advance(10)
    expect(rig.sink.stored.get('a')).toEqual(['1', '2'])
    expect(rig.sink.stored.get('b')).toEqual(['x', 'y'])
    expect(await rig.figure('log_capturer_lines_dropped_total')).toBe(0)
  })

  test('with many sources is not cut further than that', async () => {
    const rig = new PipelineRig(new ScriptedSink({ sourcesPerBatch: 10, inFlight: 1 }))
    rig.sink.answer = smaller(2)
    rig.push(blockOf(a, 0, ['1', '2']), blockOf(b, 0, ['x', 'y']))
    rig.start()
    await rig.world.advance(10)
    expect(rig.sink.writes).toEqual([{ a: ['1', '2'], b: ['x', 'y'] }, { a: ['1', '2'] }, { b: ['x', 'y'] }])
  })

  test('as a single record is a dead letter, counted and said, and what follows is written', async () => {
    const rig = new PipelineRig(new ScriptedSink())
    rig.sink.answer = (batch) =>
      batch.parts[0]!.blocks.some((block) => Buffer.from(block.bytes).includes('huge'))
        ? { kind: 'smaller', why: 'over 256 KiB' }
        : null
    rig.start()
    rig.push(blockOf(a, 0, ['1', 'huge', '3']))
    await rig.world.advance(10)
    expect(rig.sink.stored.get('a')).toEqual(['1', '3'])
    expect(await rig.figure('log_capturer_lines_dead_lettered_total')).toBe(1)
    expect(await rig.figure('log_capturer_lines_delivered_total')).toBe(2)
    expect(rig.ports.logger.entries.filter(({ level }) => level === 'error')).toHaveLength(1)
    expect(rig.budget.held).toBe(0)
  })

  test('for one batch is split at the limits beforehand', async () => {
    const rig = new PipelineRig(new ScriptedSink({ batchRecords: 7, batchBytes: 40 }))
    rig.start()
    rig.push(blockOf(a, 0, numbers(0, 30)), blockOf(a, 30, ['x'.repeat(100)]))
    await rig.world.advance(10)
    expect(rig.sink.stored.get('a')).toEqual([...numbers(0, 30), 'x'.repeat(100)])
    for (const write of rig.sink.writes) expect(write['a']!.length).toBeLessThanOrEqual(7)
    expect(Math.max(...rig.sink.writes.map((write) => write['a']!.join('\n').length + 1))).toBe(101)
  })
})

test('records that the sink refuses are dead letters and counted; the rest of the batch is stored', async () => {
  const rig = new PipelineRig(new ScriptedSink({ sourcesPerBatch: 10, inFlight: 1 }))
  rig.sink.answer = () => ({
    kind: 'partly',
    marks: [{ n: 3 }, { n: 1 }],
    refused: [{ part: 0, record: 1, why: 'too old' }],
  })
  rig.push(blockOf(a, 0, ['1', '2', '3']), blockOf(b, 0, ['x']))
  rig.start()
  await rig.world.advance(10)
  expect(rig.sink.stored.get('a')).toEqual(['1', '3'])
  expect(await rig.figure('log_capturer_lines_delivered_total')).toBe(3)
  expect(rig.pipeline.figures.lines).toBe(3)
  expect(await rig.figure('log_capturer_lines_dead_lettered_total')).toBe(1)
  expect(rig.budget.held).toBe(0)
})

describe('a sink that refuses everything', () => {
  test('is asked with one write at a time, seldom, and goes on with all once it takes one', async () => {
    const rig = new PipelineRig(new ScriptedSink())
    let refuses = true
    rig.sink.answer = () => (refuses ? { kind: 'refused', why: 'wrong password' } : null)
    const sources = Array.from({ length: 20 }, (_, n) => sourceOf(`s${n}`))
    rig.start()
    rig.push(blockOf(sources[0]!, 0, ['1']))
    await rig.world.advance(1)
    rig.push(...sources.slice(1).map((source) => blockOf(source, 0, ['1'])))
    await rig.world.advance(60_000)
    expect(rig.sink.writes.length).toBeLessThan(20)
    expect(rig.check).toEqual({
      ok: false,
      detail: expect.stringMatching(/^refuses everything for 60 s: wrong password$/),
    })
    refuses = false
    await rig.world.advance(31_000)
    expect(rig.sink.stored.size).toBe(20)
    expect(rig.check.ok).toBe(true)
  })
})

test('a probe that is due while there is nothing to write keeps nobody busy', async () => {
  const rig = new PipelineRig(new ScriptedSink())
  rig.sink.answer = () => ({ kind: 'refused', why: 'wrong password' })
  rig.start()
  rig.push(blockOf(a, 0, ['1']))
  await rig.world.advance(600_000)
  expect(rig.sink.writes.length).toBeGreaterThan(10)
  rig.sink.answer = () => null
  await rig.world.advance(61_000)
  expect(rig.sink.stored.get('a')).toEqual(['1'])
})

describe('a write that gets no answer', () => {
  test('is cancelled and repeated at its deadline where the sink has one', async () => {
    const rig = new PipelineRig(new ScriptedSink({ writeDeadlineMs: 10_000 }))
    let cancelled = false
    rig.sink.answer = (_, signal) => {
      signal.addEventListener('abort', () => (cancelled = true))
      return Promise.withResolvers<WriteAnswer>().promise
    }
    rig.start()
    rig.push(blockOf(a, 0, ['1']))
    await rig.world.advance(10_001)
    expect(rig.ports.logger.entries[0]?.fields).toMatchObject({
      why: expect.stringContaining('writing to scripted'),
    })
    rig.sink.answer = () => null
    await rig.world.advance(1000)
    expect(cancelled).toBe(true)
    expect(rig.sink.stored.get('a')).toEqual(['1'])
  })

  test('is waited for where there is none, and told in health after a minute', async () => {
    const rig = new PipelineRig(new ScriptedSink())
    const { promise, resolve } = Promise.withResolvers<WriteAnswer>()
    rig.sink.answer = (batch) => (isOf(batch, 'a') ? promise : null)
    rig.start()
    rig.push(blockOf(a, 0, ['1']))
    for (let n = 0; n < 61; n++) {
      rig.push(blockOf(b, n, [`${n}`]))
      await rig.world.advance(1000)
    }
    expect(rig.sink.writes.filter((write) => 'a' in write)).toHaveLength(1)
    expect(rig.check).toEqual({
      ok: false,
      detail: expect.stringMatching(/^does not answer for a for 61 s$/),
    })
    expect([...rig.stalled]).toEqual([a.id])
    resolve({ kind: 'stored', marks: [{ n: 1 }] })
    await rig.world.advance(1)
    expect(rig.check.ok).toBe(true)
    expect([...rig.stalled]).toEqual([])
  })
})

test('a retry does not outlive the stop, and what was not stored is taken up at the next start', async () => {
  const rig = new PipelineRig(new ScriptedSink())
  rig.sink.answer = () => AGAIN
  rig.start()
  rig.push(blockOf(a, 0, ['1']))
  await rig.world.advance(1000)
  const writes = rig.sink.writes.length
  await rig.world.run(() => rig.scope.close({ deadlineMs: 1000 }))
  expect(rig.tasks.size).toBe(0)
  await rig.world.advance(60_000)
  expect(rig.sink.writes).toHaveLength(writes)
  rig.sink.answer = () => null
  rig.scope = rig.newScope()
  rig.start()
  await rig.world.advance(60_000)
  expect(rig.sink.stored.get('a')).toEqual(['1'])
})

test('a source is forgotten once everything of it is stored', async () => {
  const rig = new PipelineRig(new ScriptedSink())
  rig.sink.answer = () => AGAIN
  rig.start()
  rig.push(blockOf(a, 0, ['1']))
  const forgotten = rig.pipeline.forget(a, { signal: new AbortController().signal })
  await rig.world.advance(60_000)
  expect(rig.sink.forgotten).toEqual([])
  rig.sink.answer = () => null
  await rig.world.advance(60_000)
  await forgotten
  expect(rig.sink.forgotten).toEqual(['a'])
  const marks: unknown[] = []
  rig.sink.answer = ({ parts: [part] }) => {
    marks.push(part!.mark)
    return null
  }
  rig.push(blockOf(a, 1, ['2']))
  await rig.world.advance(1)
  expect(marks).toEqual([undefined])
})
