import { describe, expect, test } from 'vitest'
import {
  blockOf,
  linesOf,
  PipelineRig,
  positionOf,
  ScriptedSink,
  sourceOf,
} from '../pipeline-rig.test-helper.ts'
import type { SinkBatch, WriteAnswer } from '../sink.ts'

const a = sourceOf('a')
const b = sourceOf('b')
const c = sourceOf('c')
const AGAIN: WriteAnswer = { kind: 'again', why: 'EIO' }
const LATER: WriteAnswer = { ...AGAIN, afterMs: 60_000 }
const REFUSED: WriteAnswer = { kind: 'refused', why: 'answered 401' }
const HANGS = new Promise<never>(() => {})
/** Longer than any back-off. */
const LONG_MS = 31_000
const NEVER = new AbortController().signal
const LIMITS_OF_COMPANY = { sourcesPerBatch: 9, batchDelayMs: 1000 }

function isOf({ parts }: SinkBatch, name: string): boolean {
  return parts.some(({ source }) => source.name === name)
}

function namesOf(rig: PipelineRig, from = 0): string[] {
  return rig.sink.writes.slice(from).map((write) => Object.keys(write).join(' '))
}

describe('as many writes as are allowed are under way', () => {
  test('where sources that waited for company fill a batch each', async () => {
    const rig = new PipelineRig(new ScriptedSink({ ...LIMITS_OF_COMPANY, batchBytes: 30 }))
    rig.sink.answer = () => HANGS
    rig.start()
    rig.push(...[a, b, c].map((source) => blockOf(source, 0, ['x'.repeat(8)])))
    await rig.world.advance(10)
    expect(rig.sink.writes).toEqual([])
    rig.push(...[a, b, c].map((source) => blockOf(source, 1, ['x'.repeat(20)])))
    await rig.world.advance(1)
    expect(namesOf(rig)).toEqual(['a', 'b', 'c'])
  })

  test('once a sink that took nothing takes something, also of sources that waited for their next try', async () => {
    const rig = new PipelineRig(new ScriptedSink())
    rig.sink.answer = () => LATER
    rig.start()
    rig.push(blockOf(c, 0, ['1']))
    await rig.world.advance(1)
    rig.sink.answer = () => REFUSED
    rig.push(blockOf(a, 0, ['1']), blockOf(b, 0, ['1']))
    await rig.world.advance(1)
    const { length } = rig.sink.writes
    rig.sink.answer = () => (rig.sink.writes.length === length + 1 ? null : HANGS)
    await rig.world.advance(1000)
    expect(namesOf(rig, length).toSorted()).toEqual(['a', 'b', 'c'])
  })

  test('but only some of them repeat what failed', async () => {
    const rig = new PipelineRig(new ScriptedSink())
    rig.sink.answer = () => AGAIN
    rig.start()
    rig.push(...['1', '2', '3'].map((name) => blockOf(sourceOf(name), 0, ['bad'])))
    await rig.world.advance(1)
    rig.sink.answer = ({ parts }) => (parts[0]!.blocks.flatMap(linesOf)[0] === 'bad' ? HANGS : null)
    rig.sink.writes.length = 0
    await rig.world.advance(LONG_MS)
    expect(rig.sink.writes).toHaveLength(2)
    rig.push(blockOf(a, 0, ['good']))
    await rig.world.advance(1)
    expect(rig.sink.stored.get('a')).toEqual(['good'])
  })
})

describe('a batch that comes again', () => {
  const LIMITS = { sourcesPerBatch: 9, inFlight: 1 }

  /** Five sources that failed together, then one that failed by itself; all are due now. */
  async function failed(): Promise<PipelineRig> {
    const rig = new PipelineRig(new ScriptedSink(LIMITS))
    rig.sink.answer = () => AGAIN
    rig.start()
    rig.push(...['1', '2', '3', '4', '5'].map((name) => blockOf(sourceOf(name), 0, ['x'])))
    await rig.world.advance(0)
    rig.push(blockOf(sourceOf('6'), 0, ['x']))
    await rig.world.advance(0)
    expect(namesOf(rig)).toEqual(['1 2 3 4 5', '6'])
    rig.sink.writes.length = 0
    rig.sink.answer = () => null
    return rig
  }

  test('has half as many sources, and none of them joins what is written by itself', async () => {
    const rig = await failed()
    const draining = rig.pipeline.drain({ signal: NEVER })
    await rig.world.advance(1)
    await draining
    expect(namesOf(rig)).toEqual(['1 2', '3 4', '5', '6'])
  })

  test('is not put together with what comes for the first time', async () => {
    const rig = await failed()
    rig.push(blockOf(a, 0, ['x']))
    const draining = rig.pipeline.drain({ signal: NEVER })
    rig.push(blockOf(b, 0, ['x']))
    await rig.world.advance(1)
    await draining
    expect(namesOf(rig)).toEqual(['a b', '1 2', '3 4', '5', '6'])
  })

  test('is not put together with it either when both waited for a worker', async () => {
    const rig = await failed()
    const { promise, resolve } = Promise.withResolvers<null>()
    rig.sink.answer = () => promise
    rig.push(blockOf(a, 0, ['x']))
    await rig.world.advance(0)
    const draining = rig.pipeline.drain({ signal: NEVER })
    await rig.world.advance(1)
    rig.push(blockOf(b, 0, ['x']))
    resolve(null)
    await rig.world.advance(1)
    await draining
    expect(namesOf(rig)).toEqual(['a', '1 2', '3 4', '5', '6', 'b'])
  })

  test('waits as long as the one of its sources that failed most often, and is told for a reason that is new to one of them', async () => {
    const rig = new PipelineRig(new ScriptedSink({ sourcesPerBatch: 20, inFlight: 1 }))
    rig.ports.random.next = () => 1
    rig.sink.answer = () => AGAIN
    rig.start()
    const push = (first: number, last: number): void => {
      for (let n = first; n <= last; n++) rig.push(blockOf(sourceOf(`${n}`), 0, ['x']))
    }
    push(1, 14)
    await rig.world.advance(400)
    rig.sink.answer = () => ({ ...AGAIN, why: 'ENOSPC' })
    push(15, 22)
    await rig.world.advance(0)
    const { length } = rig.sink.writes
    rig.sink.answer = (batch) => (isOf(batch, '15') ? { ...AGAIN, why: 'ENOSPC' } : AGAIN)
    await rig.world.advance(200)
    expect(namesOf(rig, length)[4]).toBe('13 14 15')
    expect(rig.ports.logger.entries.map(({ fields }) => fields)).toContainEqual({
      sink: 'scripted',
      sources: ['13', '14', '15'],
      delayMs: 800,
      why: 'ENOSPC',
    })
    expect(namesOf(rig, length)[5]).toBe('16 17 18 19')
  })

  test('of a sink that refuses it is halved by sources first, and by records then', async () => {
    const rig = new PipelineRig(new ScriptedSink(LIMITS))
    rig.sink.answer = () => REFUSED
    const lines = ['1', '2', '3', '4', '5']
    rig.push(blockOf(a, 0, lines), blockOf(b, 0, lines), blockOf(c, 0, lines))
    rig.start()
    await rig.world.advance(LONG_MS)
    const sizes = rig.sink.writes.map((write) =>
      Object.entries(write).map(([name, { length }]) => [name, length]),
    )
    expect(sizes.slice(0, 8)).toEqual([
      [
        ['a', 5],
        ['b', 5],
        ['c', 5],
      ],
      [['a', 5]],
      [['b', 5]],
      [['c', 5]],
      [['a', 2]],
      [['b', 2]],
      [['c', 2]],
      [['a', 1]],
    ])
  })
})

describe('a probe', () => {
  for (const answer of [{ kind: 'smaller', why: 'too large' }, AGAIN] as const)
    test(`that is answered ${answer.kind} is not the last one`, async () => {
      const rig = new PipelineRig(new ScriptedSink({ inFlight: 1 }))
      rig.sink.answer = () =>
        rig.sink.writes.length === 1 ? REFUSED : rig.sink.writes.length === 2 ? answer : null
      rig.start()
      rig.push(blockOf(a, 0, ['1', '2', '3', '4']))
      await rig.world.advance(LONG_MS)
      expect(rig.sink.stored.get('a')).toEqual(['1', '2', '3', '4'])
    })
})

test('a batch that is due while every worker is busy does not keep a write that hangs from being noticed', async () => {
  const rig = new PipelineRig(new ScriptedSink({ ...LIMITS_OF_COMPANY, inFlight: 1 }))
  rig.sink.answer = () => HANGS
  rig.start()
  rig.push(blockOf(a, 0, ['1']))
  await rig.world.advance(1000)
  rig.push(blockOf(b, 0, ['1']))
  await rig.world.advance(12_000)
  expect([...rig.stalled]).toEqual([a.id])
})

test('a sink that took nothing is asked again also when a probe was due while there was nothing to write but a position', async () => {
  const rig = new PipelineRig(new ScriptedSink({ inFlight: 1 }))
  rig.sink.answer = (batch) => (isOf(batch, 'a') ? REFUSED : null)
  rig.start()
  rig.push(blockOf(a, 0, ['never taken']))
  let pushed = 0
  for (; rig.pipeline.figures.deadLetters === 0; pushed++) {
    rig.push(blockOf(b, pushed, ['x']))
    // oxlint-disable-next-line no-await-in-loop -- a clock
    await rig.world.advance(LONG_MS)
  }
  expect([pushed, rig.pipeline.drained, rig.pipeline.troubled]).toEqual([3, true, true])
  rig.push({ ...blockOf(b, pushed, []), position: positionOf(100) })
  await rig.world.advance(1)
  expect(rig.reported.at(-1)).toMatchObject({ source: 'b', records: 100 })
  rig.push(blockOf(c, 0, ['x']))
  await rig.world.advance(LONG_MS)
  expect(rig.sink.stored.get('c')).toEqual(['x'])
})
