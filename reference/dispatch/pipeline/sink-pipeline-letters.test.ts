import { describe, expect, test } from 'vitest'
import type { PartialConfig } from '../../config/complete-config.ts'
import { letterDirectory, writeRequest } from '../dead-letters/letter-files.ts'
import { readLetters, type ShownLetter } from '../dead-letters/letter-list.ts'
import { blockOf, linesOf, PipelineRig, ScriptedSink, sourceOf } from '../pipeline-rig.test-helper.ts'
import type { SinkBatch, WriteAnswer } from '../sink.ts'

const a = sourceOf('a')
const b = sourceOf('b')
const other = sourceOf('other')
const TOO_LARGE: WriteAnswer = { kind: 'smaller', why: 'too large' }
const AGAIN: WriteAnswer = { kind: 'again', why: 'EIO' }
const REFUSED: WriteAnswer = { kind: 'refused', why: 'answered 400' }
const PARTLY: WriteAnswer = {
  kind: 'partly',
  marks: [undefined],
  refused: [{ part: 0, record: 0, why: 'too old' }],
}
/** With two others a power of two: the halves stay together. */
const GOOD = Array.from({ length: 30 }, (_, n) => `good ${n}`)
const HANGS = new Promise<never>(() => {})
/** Longer than any back-off. */
const LONG_MS = 31_000

/** A pipeline with two letters, `1` and `2`. */
async function withLetters(sink = new ScriptedSink()): Promise<PipelineRig> {
  const rig = new PipelineRig(sink)
  sink.answer = () => TOO_LARGE
  rig.start()
  rig.push(blockOf(a, 0, ['1']), blockOf(a, 1, ['2']))
  await rig.world.advance(5000)
  expect(rig.pipeline.figures.deadLetters).toBe(2)
  sink.writes.length = 0
  return rig
}

/** Somebody asks for all letters to be given to the sink again. */
async function ask(rig: PipelineRig): Promise<void> {
  const before = rig.letters.of('scripted').end
  const directory = letterDirectory('/state', 'scripted')
  await rig.world.run(() => writeRequest(rig.ports.fileSystem, directory, { action: 'redeliver', before }))
  await rig.world.advance(1100)
}

async function lettersOf({ ports, world }: PipelineRig): Promise<ShownLetter[]> {
  return await world.run(() => readLetters(ports.fileSystem, '/state', 'scripted'))
}

async function restart(rig: PipelineRig): Promise<void> {
  await rig.world.run(() => rig.scope.close({ deadlineMs: 1000 }))
  rig.scope = rig.newScope()
  rig.start()
}

/** The figures of a metric that has the reason as a label. */
async function reasons(rig: PipelineRig): Promise<string[]> {
  const lines = (await rig.metrics.text()).split('\n')
  return lines.filter(
    (line) => line.startsWith('log_capturer_lines_dead_lettered_total{') && !line.endsWith(' 0'),
  )
}

function isRedelivered({ parts }: SinkBatch): boolean {
  return parts.some(({ redelivered }) => redelivered === true)
}

test('letters that are given to the sink again take memory until they are stored, and no mark', async () => {
  const rig = await withLetters(new ScriptedSink({ batchRecords: 1 }))
  const { promise, resolve } = Promise.withResolvers<WriteAnswer | null>()
  const marks: unknown[] = []
  rig.sink.answer = (batch) => {
    marks.push(batch.parts[0]!.mark)
    return promise
  }
  await ask(rig)
  expect(rig.pipeline.letterBytes).toBeGreaterThan(0)
  expect(rig.pipeline.heldBytes).toBe(0)
  expect([...rig.pipeline.blocks()].map(({ firstRecord }) => firstRecord)).toEqual([0, 1])
  expect([rig.pipeline.drained, rig.pipeline.holds(a.id), rig.check.ok]).toEqual([true, false, true])
  resolve(null)
  await rig.world.advance(1000)
  expect(rig.sink.stored.get('a')).toEqual(['1', '2'])
  expect([rig.pipeline.letterBytes, rig.pipeline.figures.deadLetters]).toEqual([0, 0])
  expect([...rig.pipeline.blocks()]).toEqual([])
  rig.push(blockOf(a, 2, ['3']))
  await rig.world.advance(1)
  expect(marks).toEqual([undefined, undefined, undefined])
})

test('a source whose letters are not taken again is named in health, and holds up nothing new', async () => {
  const rig = await withLetters()
  rig.sink.answer = (batch) => (isRedelivered(batch) ? AGAIN : null)
  await ask(rig)
  await rig.world.advance(60_000)
  expect(rig.check.detail).toMatch(/^cannot store a for \d+ s: EIO$/)
  expect([...rig.stalled]).toEqual([])
  rig.push(blockOf(a, 2, ['3']))
  await rig.world.advance(1)
  expect(rig.sink.stored.get('a')).toEqual(['3'])
})

for (const [what, answer] of [
  ['that wait for their next try', () => AGAIN],
  ['that wait for a sink that takes nothing', (): WriteAnswer => ({ ...AGAIN, of: 'sink' })],
  ['that are being written', () => HANGS],
] as const)
  test(`letters ${what} are read again after a restart, and stored once`, async () => {
    const rig = await withLetters(new ScriptedSink({ writeDeadlineMs: 60_000, inFlight: 2 }))
    rig.sink.answer = answer
    await ask(rig)
    await restart(rig)
    expect(rig.pipeline.letterBytes).toBe(0)
    expect([...rig.pipeline.blocks()]).toEqual([])
    rig.sink.answer = () => null
    await rig.world.advance(2 * LONG_MS)
    expect(rig.sink.stored.get('a')).toEqual(['1', '2'])
    expect([rig.pipeline.letterBytes, rig.pipeline.figures.deadLetters]).toEqual([0, 0])
    expect(rig.pipeline.troubled).toBe(false)
  })

test('a source is written to again as soon as its letters are, and the other way round', async () => {
  const rig = await withLetters(new ScriptedSink({ inFlight: 2 }))
  const answers: ((answer: null) => void)[] = []
  rig.sink.answer = () => new Promise((resolve) => answers.push(resolve))
  const answer = async (): Promise<void> => {
    for (const resolve of answers.splice(0)) resolve(null)
    await rig.world.advance(1)
  }
  await ask(rig)
  rig.push(blockOf(a, 2, ['3']))
  await rig.world.advance(1)
  expect(rig.sink.writes).toEqual([{ a: ['1', '2'] }])
  await answer()
  expect(rig.sink.writes.slice(1)).toEqual([{ a: ['3'] }])
  await answer()
  expect(rig.sink.stored.get('a')).toEqual(['1', '2', '3'])
  rig.push(blockOf(b, 0, ['x']))
  await rig.world.advance(1)
  await answer()
  expect(rig.sink.stored.get('b')).toEqual(['x'])
})

test('letters whose write goes on over a restart hold up nothing, and their end is not that of what was read again', async () => {
  const rig = await withLetters()
  const { promise, resolve } = Promise.withResolvers<null>()
  rig.sink.answer = () => promise
  await ask(rig)
  await restart(rig)
  rig.sink.answer = (batch) => (isRedelivered(batch) ? AGAIN : null)
  rig.push(blockOf(a, 2, ['3']))
  await rig.world.advance(0)
  expect(rig.sink.stored.get('a')).toEqual(['3'])
  await rig.world.advance(1100)
  resolve(null)
  await rig.world.advance(1)
  expect([...rig.pipeline.blocks()].map(({ firstRecord }) => firstRecord)).toEqual([0, 1])
})

test('letters of a source that was forgotten are given to the sink, also not beside what is new of it', async () => {
  const rig = await withLetters()
  await rig.world.run(() => rig.pipeline.forget(a, new AbortController()))
  const { promise, resolve } = Promise.withResolvers<null>()
  rig.sink.answer = () => promise
  await ask(rig)
  rig.push(blockOf(a, 2, ['3']))
  await rig.world.advance(1)
  expect(rig.sink.writes).toEqual([{ a: ['1', '2'] }])
  resolve(null)
  await rig.world.advance(1)
  expect(rig.sink.stored.get('a')).toEqual(['1', '2', '3'])
})

test('letters of a source that was forgotten are read once, and once again after a restart', async () => {
  const rig = await withLetters()
  await rig.world.run(() => rig.pipeline.forget(a, new AbortController()))
  rig.sink.answer = () => AGAIN
  await ask(rig)
  await restart(rig)
  await ask(rig)
  rig.sink.answer = () => null
  await rig.world.advance(LONG_MS)
  expect(rig.sink.stored.get('a')).toEqual(['1', '2'])
  const messages = rig.ports.logger.entries.map(({ message }) => message)
  expect(messages).not.toContain('Dead letters cannot be dealt with')
  expect(rig.pipeline.letterBytes).toBe(0)
})

test('letters of which a part is stored are held, named in health and read again after a restart', async () => {
  const rig = await withLetters(new ScriptedSink({ batchRecords: 1 }))
  rig.sink.answer = () => (rig.sink.stored.has('a') ? AGAIN : null)
  await ask(rig)
  await rig.world.advance(60_000)
  expect(rig.sink.stored.get('a')).toEqual(['1'])
  expect([...rig.pipeline.blocks()].map(({ firstRecord }) => firstRecord)).toEqual([1])
  expect(rig.check.detail).toMatch(/^cannot store a for \d+ s: EIO$/)
  await restart(rig)
  expect(rig.pipeline.letterBytes).toBe(0)
  rig.sink.answer = () => null
  await rig.world.advance(2 * LONG_MS)
  expect(rig.sink.stored.get('a')).toEqual(['1', '1', '2'])
})

test('letters are not written beside what is new of their source', async () => {
  const rig = await withLetters()
  const { promise, resolve } = Promise.withResolvers<null>()
  rig.sink.answer = () => promise
  rig.push(blockOf(a, 2, ['3']))
  await ask(rig)
  expect(rig.sink.writes).toEqual([{ a: ['3'] }])
  resolve(null)
  await rig.world.advance(1)
  expect(rig.sink.writes).toEqual([{ a: ['3'] }, { a: ['1', '2'] }])
})

test('letters count as company as long as they are not written', async () => {
  const rig = await withLetters(new ScriptedSink({ sourcesPerBatch: 9, batchRecords: 4, batchDelayMs: 1000 }))
  rig.sink.answer = () => null
  await ask(rig)
  await rig.world.advance(1000)
  expect(rig.sink.stored.get('a')).toEqual(['1', '2'])
  rig.push(blockOf(b, 0, ['1', '2', '3']))
  await rig.world.advance(1)
  expect(rig.sink.stored.get('b')).toBeUndefined()
  rig.push(blockOf(b, 3, ['4']))
  await rig.world.advance(1)
  expect(rig.sink.stored.get('b')).toEqual(['1', '2', '3', '4'])
})

describe('a record that is given up', () => {
  const cases: readonly [string, () => WriteAnswer, PartialConfig['dispatcher'], object][] = [
    [
      'is one that the sink does not take',
      () => PARTLY,
      {},
      { reason: 'refused', why: 'too old', attempts: 1 },
    ],
    ['is one that is too large', () => TOO_LARGE, {}, { reason: 'too_large', why: 'too large', attempts: 1 }],
    [
      'was tried as often as is configured',
      () => AGAIN,
      { deadLetters: { afterAttempts: 3 } },
      { reason: 'retries', why: 'EIO', attempts: 3 },
    ],
    [
      'was tried for as long as is configured',
      () => AGAIN,
      { deadLetters: { afterAgeMs: 3000 } },
      { reason: 'retries', why: 'EIO', attempts: 5 },
    ],
  ]
  test.each(cases)('%s', async (_, answer, config, expected) => {
    const rig = new PipelineRig(new ScriptedSink(), 1 << 20, config)
    rig.ports.random.next = () => 1
    rig.sink.answer = answer
    rig.start()
    await rig.world.advance(10_000)
    rig.push(blockOf(a, 0, ['1']))
    await rig.world.advance(60_000)
    const [letter, ...others] = await lettersOf(rig)
    expect(letter).toMatchObject({ text: '1', ...expected })
    expect([others, rig.pipeline.drained]).toEqual([[], true])
    const { attempts, reason } = letter!
    expect([rig.sink.writes.length, rig.pipeline.figures.lines]).toEqual([attempts, 0])
    expect(await reasons(rig)).toEqual([
      `log_capturer_lines_dead_lettered_total{sink="scripted",reason="${reason}"} 1`,
    ])
  })

  test('is never one that was tried with others', async () => {
    const sink = new ScriptedSink({ sourcesPerBatch: 2, inFlight: 1 })
    const rig = new PipelineRig(sink, 1 << 20, { deadLetters: { afterAttempts: 1 } })
    rig.sink.answer = () => AGAIN
    rig.push(blockOf(a, 0, ['1']), blockOf(b, 0, ['1']))
    rig.start()
    await rig.world.advance(LONG_MS)
    expect(rig.sink.writes).toEqual([{ a: ['1'], b: ['1'] }, { a: ['1'] }, { b: ['1'] }])
    expect(await lettersOf(rig)).toHaveLength(2)
  })

  for (const [what, batch] of [
    ['records', [blockOf(a, 0, ['bad', ...GOOD])]],
    [
      'sources',
      [
        blockOf(a, 0, ['1']),
        blockOf(b, 0, ['bad']),
        ...GOOD.map((name) => blockOf(sourceOf(name), 0, ['1'])),
      ],
    ],
  ] as const)
    test(`was refused again and again by itself while others were stored, not in a batch of several ${what}`, async () => {
      const rig = new PipelineRig(new ScriptedSink({ sourcesPerBatch: 40, inFlight: 1 }))
      let refusals = 0
      rig.sink.answer = ({ parts }) => {
        if (!parts.some(({ blocks }) => blocks.flatMap(linesOf).includes('bad'))) return null
        rig.push(blockOf(other, refusals++, ['x']))
        return REFUSED
      }
      rig.push(...batch)
      rig.start()
      await rig.world.advance(LONG_MS)
      expect(await lettersOf(rig)).toMatchObject([{ text: 'bad', reason: 'refused', why: 'answered 400' }])
      expect(rig.pipeline.drained).toBe(true)
    })

  test('has its source stalled while it cannot be kept, and is kept at once by a drain', async () => {
    const rig = new PipelineRig(new ScriptedSink())
    rig.sink.answer = () => TOO_LARGE
    const trouble = rig.world.fileSystem.disturb({ kind: 'no-space' })
    rig.start()
    rig.push(blockOf(a, 0, ['1']))
    await rig.world.advance(300_000)
    expect([...rig.stalled]).toEqual([a.id])
    trouble[Symbol.dispose]()
    const draining = rig.pipeline.drain(new AbortController())
    await rig.world.advance(100)
    await draining
    expect([rig.pipeline.figures.deadLetters, [...rig.stalled]]).toEqual([1, []])
  })
})
