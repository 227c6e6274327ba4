import { describe, expect, test } from 'vitest'
import { blockOf, PipelineRig, ScriptedSink, sourceOf } from '../pipeline-rig.test-helper.ts'
import type { SinkLimits, WriteAnswer } from '../sink.ts'

const a = sourceOf('a')
const b = sourceOf('b')
const AGAIN: WriteAnswer = { kind: 'again', why: 'EIO' }
const REFUSED: WriteAnswer = { kind: 'refused', why: 'answered 401' }
/** Longer than any back-off. */
const LONG_MS = 31_000
const NEVER = new AbortController().signal

/** A sink whose writes end when they are told to. */
class SlowSink extends ScriptedSink {
  #answer = Promise.withResolvers<WriteAnswer | null>()

  constructor(limits: Partial<SinkLimits> = {}) {
    super(limits)
    this.answer = () => this.#answer.promise
  }

  /** Answers the writes that are under way. */
  end(answer: WriteAnswer | null = null): void {
    this.#answer.resolve(answer)
    this.#answer = Promise.withResolvers()
  }
}

/** What was logged, from that on. */
function logged(rig: PipelineRig, from = 0): unknown[] {
  return rig.ports.logger.entries.slice(from).map(({ level, fields, message }) => [level, message, fields])
}

function statesOf({ pipeline }: PipelineRig): unknown {
  const { drained, isWriting, troubled } = pipeline
  return { drained, isWriting, troubled, holdsA: pipeline.holds(a.id), holdsB: pipeline.holds(b.id) }
}

function failureOf(sources: readonly string[], why: string): unknown {
  const fields = { sink: 'scripted', sources, delayMs: expect.any(Number), why }
  return ['warn', 'A write failed and will be repeated', fields]
}

function troubleOf(why: string, refuses: boolean): unknown {
  return ['warn', 'The sink takes nothing', { sink: 'scripted', why, refuses }]
}

async function drain({ pipeline }: PipelineRig): Promise<void> {
  await pipeline.drain({ signal: NEVER })
}

const IDLE = { drained: true, isWriting: false, troubled: false, holdsA: false, holdsB: false }

describe('what it holds', () => {
  test('is told while it is written, and counted when it is stored', async () => {
    const sink = new SlowSink({ batchRecords: 2, sourcesPerBatch: 2 })
    const sizes: unknown[] = []
    const answer = sink.answer
    sink.answer = (batch, signal) => {
      sizes.push([batch.records, batch.bytes])
      return answer(batch, signal)
    }
    const rig = new PipelineRig(sink)
    rig.start()
    expect(statesOf(rig)).toEqual(IDLE)
    rig.push(blockOf(a, 0, ['1', '22']), blockOf(b, 0, ['x']), blockOf(a, 2, ['3']))
    await rig.world.advance(1)
    expect(statesOf(rig)).toEqual({ ...IDLE, drained: false, isWriting: true, holdsA: true, holdsB: true })
    const { held } = rig.budget
    expect([rig.pipeline.heldBytes, rig.pipeline.figures.queueBytes]).toEqual([held, held])
    expect(await rig.figure('log_capturer_queue_bytes')).toBe(held)
    expect(await rig.figure('log_capturer_queue_blocks')).toBe(3)
    expect([...rig.pipeline.blocks()].map(({ ends }) => ends.length)).toEqual([2, 1, 1])
    for (let n = 0; n < 3; n++) {
      sink.end()
      // oxlint-disable-next-line no-await-in-loop -- one write after the other
      await rig.world.advance(1)
    }
    expect(statesOf(rig)).toEqual(IDLE)
    expect(rig.pipeline.figures).toEqual({
      sink: 'scripted',
      lines: 4,
      bytes: 9,
      writes: 3,
      retried: 0,
      deadLetters: 0,
      queueBytes: 0,
    })
    expect(sizes).toContainEqual([2, 5])
    expect(await rig.figure('log_capturer_queue_blocks')).toBe(0)
    expect(await rig.figure('log_capturer_bytes_delivered_total')).toBe(9)
  })

  test('is troubled while a source waits, while the sink takes nothing, and while letters cannot be kept', async () => {
    const rig = new PipelineRig(new ScriptedSink())
    rig.start()
    for (const answer of [AGAIN, REFUSED]) {
      rig.sink.answer = () => answer
      rig.push(blockOf(a, 0, ['1']))
      // oxlint-disable-next-line no-await-in-loop -- one trouble after the other
      await rig.world.advance(1)
      expect(rig.pipeline.troubled).toBe(true)
      rig.sink.answer = () => null
      // oxlint-disable-next-line no-await-in-loop
      await rig.world.advance(LONG_MS)
      expect(rig.pipeline.troubled).toBe(false)
    }
    const full = { kind: 'error', code: 'ENOSPC' } as const
    const trouble = rig.world.fileSystem.disturb(full, { path: /dead-letters/, operations: ['write'] })
    rig.sink.answer = () => ({ kind: 'smaller', why: 'too large' })
    rig.push(blockOf(a, 1, ['2']))
    await rig.world.advance(5000)
    expect(rig.pipeline.troubled).toBe(true)
    expect(rig.pipeline.checks()['sink scripted dead letters']).toEqual({
      ok: false,
      detail: expect.stringContaining('ENOSPC'),
    })
    trouble[Symbol.dispose]()
    await rig.world.advance(LONG_MS)
    expect(rig.pipeline.troubled).toBe(false)
    expect(rig.pipeline.checks()).not.toHaveProperty('sink scripted dead letters')
    expect(rig.pipeline.figures).toMatchObject({ deadLetters: 1, retried: 2 })
  })

  test('is told in health when nothing of it was stored for a minute, counted from when it was given', async () => {
    const rig = new PipelineRig(new SlowSink({ inFlight: 1 }))
    rig.start()
    await rig.world.advance(100_000)
    expect(rig.check.ok).toBe(true)
    for (let n = 0; n < 5; n++) {
      rig.push(blockOf(sourceOf(`s${n}`), 0, ['1']))
      // oxlint-disable-next-line no-await-in-loop -- a clock
      await rig.world.advance(11_999)
    }
    expect(rig.check.ok).toBe(true)
    await rig.world.advance(5)
    expect(rig.check).toEqual({ ok: false, detail: 'stored nothing of what it was given for 60 s' })
  })
})

test('as many workers as the sink allows, or as are configured, have names that tell whose they are', () => {
  for (const [inFlight, workers] of [
    [2, 2],
    [9, 4],
  ] as const) {
    const rig = new PipelineRig(new ScriptedSink({ inFlight }))
    rig.start()
    const names = rig.tasks.list().map(({ kind, name }) => `${kind}: ${name}`)
    expect(names).toEqual([
      ...Array.from({ length: workers }, (_, n) => `dispatch_worker: scripted ${n + 1}`),
      'dispatch_retry: scripted',
      'dead_letters: scripted',
      'dead_letter_requests: scripted',
    ])
  }
})

describe('what is logged', () => {
  test('of writes that fail: the sources, once for each reason, and that it is over', async () => {
    const rig = new PipelineRig(new ScriptedSink({ sourcesPerBatch: 10, inFlight: 1 }))
    rig.sink.answer = () => AGAIN
    const sources = Array.from({ length: 7 }, (_, n) => sourceOf(`s${n}`))
    rig.push(...sources.map((source) => blockOf(source, 0, ['1'])))
    rig.start()
    await rig.world.advance(1)
    expect(logged(rig)).toEqual([failureOf(['s0', 's1', 's2', 's3', 's4'], 'EIO')])
    await rig.world.advance(60_000)
    expect(logged(rig)).toHaveLength(1)
    rig.sink.answer = () => null
    await rig.world.advance(LONG_MS)
    expect(logged(rig, 1)).toEqual(
      expect.arrayContaining(
        sources.map(({ name }) => [
          'info',
          'What could not be stored is stored',
          { sink: 'scripted', source: name, why: 'EIO' },
        ]),
      ),
    )
    const { length } = logged(rig)
    expect(length).toBe(8)
    rig.sink.answer = () => AGAIN
    rig.push(blockOf(a, 0, ['1']))
    await rig.world.advance(1)
    rig.sink.answer = () => ({ ...AGAIN, why: 'ENOSPC' })
    await rig.world.advance(60_000)
    expect(logged(rig, length)).toEqual([failureOf(['a'], 'EIO'), failureOf(['a'], 'ENOSPC')])
  })

  test('of a sink that takes nothing: why, once for each reason, and that it is over', async () => {
    const rig = new PipelineRig(new ScriptedSink())
    rig.sink.answer = () => REFUSED
    rig.start()
    rig.push(blockOf(a, 0, ['1', '2']))
    await rig.world.advance(60_000)
    rig.sink.answer = () => ({ kind: 'again', why: 'ECONNREFUSED', of: 'sink' })
    await rig.world.advance(60_000)
    rig.sink.answer = () => null
    await rig.world.advance(60_000)
    expect(logged(rig)).toEqual([
      troubleOf('answered 401', true),
      troubleOf('ECONNREFUSED', false),
      ['info', 'The sink takes what it is given again', { sink: 'scripted' }],
    ])
  })
})

describe('a drain', () => {
  test('is over at once when everything is stored, and with the last write otherwise', async () => {
    const sink = new SlowSink({ inFlight: 1 })
    const rig = new PipelineRig(sink)
    rig.start()
    await rig.world.run(() => drain(rig))
    rig.push(blockOf(a, 0, ['1']), blockOf(b, 0, ['1']))
    let isOver = false
    const draining = drain(rig).then(() => (isOver = true))
    for (const [over, stored] of [
      [false, 0],
      [false, 1],
      [true, 2],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one write after the other
      await rig.world.advance(1)
      expect([isOver, sink.stored.size]).toEqual([over, stored])
      sink.end()
    }
    await draining
  })

  test('ends with an abort', async () => {
    const rig = new PipelineRig(new SlowSink())
    rig.start()
    rig.push(blockOf(a, 0, ['1']))
    const controller = new AbortController()
    const draining = rig.pipeline.drain(controller)
    const reason = new Error('stopped')
    rig.world.schedule(10, 'abort', () => controller.abort(reason))
    await expect(rig.world.run(() => draining)).rejects.toBe(reason)
  })

  test('waits for no company until the next start, or until it may gather again', async () => {
    for (const again of ['gather', 'start'] as const) {
      const rig = new PipelineRig(new ScriptedSink({ sourcesPerBatch: 9, batchDelayMs: 1000 }))
      rig.start()
      rig.push(blockOf(a, 0, ['1']))
      // oxlint-disable no-await-in-loop -- one after the other
      await rig.world.advance(1)
      const draining = drain(rig)
      await rig.world.advance(1)
      await draining
      rig.push(blockOf(a, 1, ['2']))
      await rig.world.advance(1)
      expect(rig.sink.writes).toHaveLength(2)
      if (again === 'gather') rig.pipeline.gather()
      else {
        await rig.world.run(() => rig.scope.close({ deadlineMs: 1000 }))
        rig.scope = rig.newScope()
        rig.start()
      }
      rig.push(blockOf(a, 2, ['3']))
      await rig.world.advance(999)
      expect(rig.sink.writes).toHaveLength(2)
      await rig.world.advance(2)
      expect(rig.sink.writes).toHaveLength(3)
      // oxlint-enable no-await-in-loop
    }
  })

  test('has what waits for its next try written now, but not before the time that the sink named', async () => {
    for (const [afterMs, waitMs] of [
      [undefined, 0],
      [60_000, 60_000],
    ] as const) {
      const rig = new PipelineRig(new ScriptedSink())
      rig.sink.answer = () => ({ ...AGAIN, ...(afterMs !== undefined && { afterMs }) })
      rig.start()
      rig.push(blockOf(a, 0, ['1']))
      // oxlint-disable no-await-in-loop -- one after the other
      if (afterMs === undefined) await rig.world.advance(300_000)
      else await rig.world.advance(1)
      rig.sink.answer = () => null
      const draining = drain(rig)
      if (waitMs > 0) await rig.world.advance(waitMs - 10)
      expect(rig.sink.stored.size).toBe(0)
      await rig.world.advance(20)
      expect(rig.sink.stored.get('a')).toEqual(['1'])
      await draining
      // oxlint-enable no-await-in-loop
    }
  })

  test('has a sink that takes nothing asked now, and soon again', async () => {
    const rig = new PipelineRig(new ScriptedSink())
    rig.sink.answer = () => REFUSED
    rig.start()
    rig.push(blockOf(a, 0, ['1']))
    await rig.world.advance(300_000)
    const { length } = rig.sink.writes
    const draining = drain(rig)
    await rig.world.advance(5000)
    expect(rig.sink.writes.length).toBeGreaterThan(length + 9)
    rig.sink.answer = () => null
    await rig.world.advance(1000)
    await draining
    expect(rig.sink.stored.get('a')).toEqual(['1'])
    await rig.world.run(() => rig.scope.close({ deadlineMs: 1000 }))
    rig.scope = rig.newScope()
    rig.start()
    rig.sink.answer = () => REFUSED
    rig.push(blockOf(a, 1, ['2']))
    const before = rig.sink.writes.length
    await rig.world.advance(300_000)
    expect(rig.sink.writes.length - before).toBeLessThan(50)
  })
})

describe('a batch', () => {
  const LIMITS = { sourcesPerBatch: 3, batchRecords: 10, batchBytes: 100, inFlight: 1 }
  const c = sourceOf('c')
  const d = sourceOf('d')

  test('has no more sources, records or bytes than the sink takes', async () => {
    for (const [length, lines, sizes] of [
      [0, 1, [3, 1]],
      [0, 4, [2, 2]],
      [0, 5, [2, 2]],
      [29, 2, [1, 1, 1, 1]],
      [24, 2, [2, 2]],
    ] as const) {
      const rig = new PipelineRig(new ScriptedSink(LIMITS))
      const texts = Array.from({ length: lines }, () => 'x'.repeat(length))
      rig.push(...[a, b, c, d].map((source) => blockOf(source, 0, texts)))
      rig.start()
      // oxlint-disable-next-line no-await-in-loop -- one pipeline after the other
      await rig.world.advance(1)
      expect(rig.sink.writes.map((write) => Object.keys(write).length)).toEqual(sizes)
    }
  })
})

describe('company', () => {
  const LIMITS = { sourcesPerBatch: 9, batchDelayMs: 1000, inFlight: 1 }

  test('is waited for from the first record on, whatever comes besides', async () => {
    const rig = new PipelineRig(new ScriptedSink(LIMITS))
    rig.start()
    rig.push(blockOf(a, 0, ['1']))
    await rig.world.advance(600)
    rig.push(blockOf(b, 0, ['1']), blockOf(a, 1, ['2']))
    await rig.world.advance(399)
    expect(rig.sink.writes).toEqual([])
    await rig.world.advance(2)
    expect(rig.sink.writes).toEqual([{ a: ['1', '2'], b: ['1'] }])
  })

  test('is waited for again by what comes after a hurry that found nothing', async () => {
    const rig = new PipelineRig(new ScriptedSink(LIMITS))
    rig.start()
    rig.pipeline.hurry()
    rig.push(blockOf(a, 0, ['1']))
    await rig.world.advance(500)
    expect(rig.sink.writes).toEqual([])
    rig.pipeline.hurry()
    await rig.world.advance(1)
    expect(rig.sink.writes).toEqual([{ a: ['1'] }])
    rig.push(blockOf(a, 1, ['2']))
    await rig.world.advance(500)
    expect(rig.sink.writes).toHaveLength(1)
  })

  test('is waited for no more from the moment on when gathering ends', async () => {
    const rig = new PipelineRig(new ScriptedSink(LIMITS))
    rig.start()
    rig.push(blockOf(a, 0, ['1']))
    await rig.world.advance(500)
    rig.pipeline.endGathering()
    await rig.world.advance(1)
    expect(rig.sink.writes).toEqual([{ a: ['1'] }])
  })

  test('is not waited for when what grows fills a batch', async () => {
    const rig = new PipelineRig(new ScriptedSink({ ...LIMITS, batchBytes: 20 }))
    rig.start()
    rig.push(blockOf(a, 0, ['x'.repeat(9)]))
    await rig.world.advance(10)
    rig.push(blockOf(a, 1, ['x'.repeat(8)]))
    await rig.world.advance(10)
    expect(rig.sink.writes).toEqual([])
    rig.push(blockOf(a, 2, ['']))
    await rig.world.advance(1)
    expect(rig.sink.writes).toHaveLength(1)
  })
})

describe('a write that hangs', () => {
  test('stalls its source after ten seconds, each at its own time', async () => {
    const rig = new PipelineRig(new SlowSink())
    rig.start()
    await rig.world.advance(1000)
    rig.push(blockOf(a, 0, ['1']))
    await rig.world.advance(4000)
    rig.push(blockOf(b, 0, ['1']))
    await rig.world.advance(5999)
    expect([...rig.stalled]).toEqual([])
    await rig.world.advance(2)
    expect([...rig.stalled]).toEqual([a.id])
    await rig.world.advance(3997)
    expect([...rig.stalled]).toEqual([a.id])
    await rig.world.advance(2)
    expect([...rig.stalled]).toEqual([a.id, b.id])
  })

  test('does not keep another source from its next try', async () => {
    const rig = new PipelineRig(new ScriptedSink())
    rig.sink.answer = ({ parts: [part] }) => (part!.source.name === 'a' ? new Promise(() => {}) : AGAIN)
    rig.start()
    rig.push(blockOf(a, 0, ['1']), blockOf(b, 0, ['1']))
    await rig.world.advance(5000)
    expect(rig.sink.writes.filter((write) => 'b' in write).length).toBeGreaterThan(3)
  })

  test('and is cancelled by a stop leaves the way open for the next', async () => {
    const sink = new SlowSink({ inFlight: 1, writeDeadlineMs: 60_000 })
    const rig = new PipelineRig(sink)
    rig.start()
    rig.push(blockOf(a, 0, ['1']))
    await rig.world.advance(1)
    sink.end(REFUSED)
    await rig.world.advance(1000)
    expect(sink.writes).toHaveLength(2)
    await rig.world.run(() => rig.scope.close({ deadlineMs: 1000 }))
    sink.answer = () => null
    rig.scope = rig.newScope()
    rig.start()
    await rig.world.advance(1000)
    expect(sink.stored.get('a')).toEqual(['1'])
  })
})
