import { describe, expect, test } from 'vitest'
import type { Block } from '../../dispatch/block.ts'
import { LineFilter } from '../stages/line-filter.ts'
import { MULTILINE_PRESETS, MultilineRule } from '../stages/multiline-rule.ts'
import { NO_STAGES } from '../stages/stages.ts'
import { parseContainerPosition, type ContainerPosition } from './container-position.ts'
import { stampOf } from './parsing/stamp.ts'
import { CHUNK_BYTES } from './parsing/stored-chunk.ts'
import { RecordMaker, type RecordMakerOptions } from './record-maker.ts'

const SOURCE = { id: 'a'.repeat(64), kind: 'container', name: 'web', attributes: {} } as const
const RENAMED = { ...SOURCE, name: 'renamed' }
const LIMITS = { timeoutMs: 1000, maxLines: 3, maxBytes: 64 }
const MULTILINE = new MultilineRule(MULTILINE_PRESETS.indented, LIMITS)
const FILTER = new LineFilter({ includeLines: [], excludeLines: [/^debug/] })
const RATE = { unit: 'lines', perSecond: 1, burst: 2 } as const
const JOINING = { stages: { ...NO_STAGES, multiline: MULTILINE } }

function makerOf(options: Partial<RecordMakerOptions> = {}): RecordMaker {
  return new RecordMaker({
    source: SOURCE,
    tty: false,
    maxLineBytes: 64,
    chunksShareStamp: true,
    stages: NO_STAGES,
    unframed: false,
    cursor: () => ({ messages: 0, ring: new Float64Array(0), newest: '' }),
    ...options,
  })
}

/** A message that was written at that many milliseconds. */
function add(maker: RecordMaker, ms: number, data: string, stream = 1): void {
  const message = Buffer.from(`..${stampOf(ms)} ${data}..`)
  maker.add(stream, message, 2, message.length - 2)
}

function recordsOf(block: Block | undefined): string[] | undefined {
  if (block === undefined) return undefined
  return Array.from(block.ends, (end, index) =>
    Buffer.from(block.bytes.subarray(index === 0 ? 0 : block.ends[index - 1]!, end - 1)).toString(),
  )
}

/** The records of each block there is to take. */
function taken(maker: RecordMaker): string[][] {
  const blocks: string[][] = []
  for (let block = maker.take(); block !== undefined; block = maker.take()) blocks.push(recordsOf(block)!)
  return blocks
}

/** A position as it is read after a restart. */
function restored({ position }: { readonly position: unknown }, changes: object = {}): ContainerPosition {
  const saved: object = JSON.parse(JSON.stringify(position))
  return parseContainerPosition({ ...saved, ...changes })
}

describe('there is something to take', () => {
  test('when a message came, or the position moved in another way, and each of it once', () => {
    const maker = makerOf()
    expect(maker.take()).toBeUndefined()
    add(maker, 0, 'one\n')
    add(maker, 1, 'two')
    expect(taken(maker)).toEqual([['one']])
    maker.move()
    expect(taken(maker)).toEqual([[]])
    maker.flush()
    expect(taken(maker)).toEqual([['two']])
    maker.flush()
    expect(taken(maker)).toEqual([])
  })

  test('under the source as it was when the records were made', () => {
    const maker = makerOf()
    maker.describe(SOURCE)
    expect(maker.take()).toBeUndefined()
    add(maker, 0, 'one\n')
    maker.describe(RENAMED)
    add(maker, 1, 'two\n')
    const blocks = [maker.take(), maker.take()]
    expect([blocks.map(recordsOf), maker.take()]).toEqual([[['one'], ['two']], undefined])
    expect(blocks).toMatchObject([
      { source: SOURCE, firstRecord: 0, position: { records: 1 } },
      { source: RENAMED, firstRecord: 1, position: { records: 2 } },
    ])
  })
})

describe('a gap', () => {
  test('is said, and begins an epoch: what was open belongs to the one before', () => {
    const maker = makerOf()
    add(maker, 0, 'one\n')
    add(maker, 1, 'open')
    maker.gap(stampOf(1))
    // Nothing waits for that to be on disk, and nothing is lost when it is.
    maker.saved()
    add(maker, 2, 'two\n')
    const blocks = [maker.take(), maker.take()]
    expect(blocks.map(recordsOf)).toEqual([['one', 'open'], ['two']])
    expect(blocks).toMatchObject([{ epoch: 0 }, { epoch: 1, firstRecord: 2 }])
    expect(maker.notices).toEqual([{ kind: 'gap', after: stampOf(1) }])
  })

  test('where there are no records is a new epoch all the same', () => {
    const maker = makerOf()
    maker.gap(stampOf(1))
    expect(maker.take()).toMatchObject({ epoch: 1, position: { epoch: 1 } })
    expect(maker.take()).toBeUndefined()
  })
})

describe('what happened is told', () => {
  test('of a line that was not gone on with', () => {
    const maker = makerOf()
    add(maker, 0, 'left')
    add(maker, 1, 'next\n')
    expect([taken(maker), maker.notices]).toEqual([[['left', 'next']], [{ kind: 'orphan' }]])
  })

  test('of lines that are not wanted, with how many there were in a row', () => {
    const maker = makerOf({ stages: { ...NO_STAGES, filter: FILTER } })
    for (const line of ['debug 1\n', 'text\n', 'debug 2\n', 'debug 3\n', `${'x'.repeat(65)}\n`, 'debug 4\n'])
      add(maker, 0, line)
    expect(taken(maker)).toEqual([['text', 'x'.repeat(64), 'x']])
    expect(maker.notices).toEqual([
      { kind: 'filtered', lines: 3 },
      { kind: 'cut' },
      { kind: 'filtered', lines: 1 },
    ])
  })

  test('of lines beyond the rate', () => {
    const maker = makerOf({ stages: { ...NO_STAGES, rate: RATE } })
    for (const line of ['1\n', '2\n', '3\n', '4\n']) add(maker, 0, line)
    expect([taken(maker), maker.notices]).toEqual([[['1', '2']], [{ kind: 'rate_limited', lines: 2 }]])
  })

  test('of records of several lines that became too long', () => {
    const maker = makerOf(JOINING)
    for (const line of ['a\n', ' 1\n', ' 2\n', ' 3\n', 'b\n']) add(maker, 0, line)
    expect([taken(maker), maker.notices]).toEqual([
      [['a\n 1\n 2', ' 3']],
      [{ kind: 'multiline_limit', lines: 1 }],
    ])
  })
})

describe('what was written before the moment from which a log is read', () => {
  const since = stampOf(1000)

  test('is passed over, up to the first message that was not; that moment is on disk before', () => {
    const maker = makerOf({ since })
    expect(maker.take()).toMatchObject({ ends: new Uint32Array(0), position: { since } })
    expect([maker.awaitsSave, maker.take()]).toEqual([true, undefined])
    maker.saved()
    expect([maker.awaitsSave, maker.take()]).toEqual([false, undefined])
    add(maker, 998, 'old\n')
    add(maker, 999, 'old as well\n')
    expect([taken(maker), maker.position.since]).toEqual([[[]], since])
    add(maker, 1000, 'first\n')
    add(maker, 500, 'behind it\n')
    expect([taken(maker), maker.position.since]).toEqual([[['first', 'behind it']], undefined])
  })

  test('is passed over after a restart as well, whatever the moment would be by then', () => {
    const maker = makerOf({ since: stampOf(0), position: restored(makerOf({ since })) })
    expect([maker.awaitsSave, maker.take()]).toEqual([false, undefined])
    add(maker, 999, 'old\n')
    add(maker, 1000, 'first\n')
    expect(taken(maker)).toEqual([['first']])
  })

  test('is read where that moment was reached already', () => {
    const maker = makerOf({ since, position: restored(makerOf()) })
    expect([maker.awaitsSave, maker.position.since]).toEqual([false, undefined])
    add(maker, 999, 'one\n')
    expect(taken(maker)).toEqual([['one']])
  })
})

describe('ends without a newline', () => {
  test('are remembered of a log without frames, the last fifty, with their stamps and lengths', () => {
    const maker = makerOf({ unframed: true, maxLineBytes: 1 << 20 })
    add(maker, 0, 'whole\n')
    add(maker, 0, '\nwhole as well\n')
    add(maker, 0, 'x'.repeat(CHUNK_BYTES))
    expect(maker.unterminated).toEqual([])
    const ends = Array.from({ length: 60 }, (_, n) => ({ stamp: stampOf(n), length: n + 1 }))
    ends.forEach(({ length }, ms) => add(maker, ms, 'p'.repeat(length)))
    expect(maker.unterminated).toEqual(ends.slice(-50))
    const again = makerOf({ unframed: true, position: restored(maker) })
    expect(again.unterminated).toEqual(ends.slice(-50))
  })

  test('are not remembered of a log in frames', () => {
    const maker = makerOf()
    add(maker, 0, 'prompt> ')
    expect([maker.unterminated, maker.position.unterminated]).toEqual([[], []])
  })
})

describe('a record of several lines', () => {
  test('is complete after the time-out, which is on disk before the record is given out', () => {
    const maker = makerOf(JOINING)
    add(maker, 0, 'a\n')
    expect([taken(maker), maker.dueMs]).toEqual([[[]], null])
    expect([maker.tick(5000), maker.dueMs, maker.tick(5999), maker.take()]).toEqual([
      false,
      6000,
      false,
      undefined,
    ])
    expect(maker.tick(6000)).toBe(true)
    expect(maker.awaitsSave).toBe(false)
    const decided = maker.take()!
    expect(recordsOf(decided)).toEqual([])
    expect(decided.position).toMatchObject({ records: 0, stages: { joined: [{ sealed: true }] } })
    expect([maker.awaitsSave, maker.take()]).toEqual([true, undefined])
    maker.saved()
    expect([maker.awaitsSave, taken(maker)]).toEqual([false, [['a']]])
    expect(maker.notices).toEqual([{ kind: 'multiline_silence', lines: 1 }])
    // A crash in between: what was decided stays so, and the line that comes is another record.
    const again = makerOf({ ...JOINING, position: restored(decided) })
    add(again, 1, ' b\n')
    again.flush()
    expect(taken(again)).toEqual([['a']])
    again.saved()
    expect(taken(again)).toEqual([[' b']])
  })

  test('that was decided before a restart is there to be taken before anything else comes', () => {
    const maker = makerOf(JOINING)
    add(maker, 0, 'a\n')
    maker.flush()
    const again = makerOf({ ...JOINING, position: restored(maker.take()!) })
    expect(taken(again)).toEqual([['a']])
  })

  test('is not complete while a line has begun to come that may belong to it', () => {
    const maker = makerOf(JOINING)
    add(maker, 0, 'a\n')
    add(maker, 0, ' b')
    expect([maker.tick(0), maker.tick(5000), maker.dueMs]).toEqual([false, false, null])
    add(maker, 0, ' c\n')
    add(maker, 0, 'd\n')
    expect(taken(maker)).toEqual([['a\n b c']])
  })

  test('waits for the whole time-out again once the silence was forgotten', () => {
    const maker = makerOf(JOINING)
    add(maker, 0, 'a\n')
    maker.tick(0)
    maker.forgetQuiet()
    expect([maker.dueMs, maker.tick(1500), maker.tick(2499), maker.tick(2500)]).toEqual([
      null,
      false,
      false,
      true,
    ])
  })

  test('is complete when the container has stopped, once that is on disk', () => {
    const maker = makerOf(JOINING)
    add(maker, 0, 'a\n')
    add(maker, 0, ' b')
    maker.flush()
    expect([taken(maker), maker.awaitsSave]).toEqual([[[]], true])
    maker.saved()
    expect(taken(maker)).toEqual([['a\n b']])
  })
})

describe('after a restart', () => {
  const stages = { multiline: MULTILINE, filter: FILTER, rate: RATE }
  /** Two records in an epoch that is over, one in the next, and one that may be gone on with. */
  const leave = (changes: object = {}): ContainerPosition => {
    const maker = makerOf({ stages })
    for (const line of ['a\n', ' 1\n']) add(maker, 0, line)
    maker.gap(stampOf(0))
    maker.take()
    maker.saved()
    for (const line of ['b\n', ' 1\n', 'c\n', ' 1\n']) add(maker, 10, line)
    return restored(maker, changes)
  }

  test('under the same settings ordinals, joined lines and the rate are gone on with', () => {
    const maker = makerOf({ stages, position: leave() })
    expect([maker.take(), maker.position.epoch, maker.position.records]).toEqual([undefined, 1, 2])
    add(maker, 10, ' 2\n')
    add(maker, 10, 'd\n')
    expect(taken(maker)).toEqual([[]])
    expect(maker.notices).toEqual([{ kind: 'rate_limited', lines: 1 }])
  })

  test('a position of a version that did not keep the length of lines begins no epoch', () => {
    const position = leave({ maxLineBytes: undefined })
    expect(makerOf({ stages, position }).position.epoch).toBe(1)
  })

  test.each([
    ['length of lines', { maxLineBytes: 32 }],
    ['joining', { stages: { ...stages, multiline: new MultilineRule(MULTILINE_PRESETS.go, LIMITS) } }],
    ['filter', { stages: { ...stages, filter: new LineFilter({ includeLines: [], excludeLines: [/x/] }) } }],
    ['rate', { stages: { ...stages, rate: { ...RATE, perSecond: 2 } } }],
    ['use of stages', { stages: NO_STAGES }],
  ])('under another %s an epoch begins, and what was joined so far is a record of it', (_what, settings) => {
    const maker = makerOf({ stages, ...settings, position: leave() })
    const block = maker.take()!
    expect(block).toMatchObject({ epoch: 2, firstRecord: 2, position: { epoch: 2, records: 3 } })
    expect([recordsOf(block), maker.take()]).toEqual([['c\n 1'], undefined])
    expect(maker.notices).toEqual([])
  })

  test('without a position it is epoch 0', () => {
    expect(makerOf({ stages }).position).toMatchObject({ epoch: 0, records: 0 })
  })
})
