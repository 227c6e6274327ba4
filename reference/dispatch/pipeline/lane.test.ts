import { expect, test } from 'vitest'
import { BackOff } from '../../lifecycle/back-off.ts'
import type { Block } from '../block.ts'
import { blockOf, linesOf, positionOf, sourceOf } from '../pipeline-rig.test-helper.ts'
import { Lane, type Item, type Origin } from './lane.ts'

const a = sourceOf('a')
const ROOM = { bytes: 1000, records: 1000 }

class Rig {
  readonly backOff = new BackOff({ initialMs: 200, maxMs: 30_000 }, { next: () => 1 })
  readonly lane = new Lane(a, undefined, this.backOff)
  released = 0

  push(block: Block, nowMs = 0, origin?: Origin): Item {
    const release = (): void => void (this.released += 1)
    const permit = { bytes: block.bytes.byteLength, release, [Symbol.dispose]: release }
    const item = { block, permit, ...(origin !== undefined && { origin }) }
    this.lane.push(item, nowMs)
    return item
  }

  /** Writes and stores what is next. @returns its lines */
  store(room = ROOM): string[] {
    const portion = this.lane.next(room, true)!
    this.lane.begin(portion, 0)
    this.lane.end()
    this.lane.complete(portion, undefined)
    return portion.blocks.flatMap(linesOf)
  }
}

function textOf(count: number, length = 9): string[] {
  return Array.from({ length: count }, (_, n) => `${n}`.padEnd(length, '.'))
}

test('whole blocks are taken as far as they fit, bytes and records', () => {
  const { lane, push } = bound(new Rig())
  push(blockOf(a, 0, textOf(2)))
  push(blockOf(a, 2, textOf(3)))
  push(blockOf(a, 5, textOf(1)))
  expect([lane.blocks, lane.records, lane.bytes]).toEqual([3, 6, 60])
  const taken = (bytes: number, records: number): unknown => {
    const { items, ...portion } = lane.next({ bytes, records }, false)!
    return [items, portion.blocks.length, portion.records, portion.bytes, portion.begun]
  }
  expect(taken(60, 6)).toEqual([3, 3, 6, 60, 0])
  expect(taken(59, 6)).toEqual([2, 2, 5, 50, 0])
  expect(taken(60, 5)).toEqual([2, 2, 5, 50, 0])
  expect(taken(49, 6)).toEqual([1, 1, 2, 20, 0])
  lane.recordsMax = 4
  expect(taken(60, 6)).toEqual([1, 1, 2, 20, 0])
  expect(lane.next({ bytes: 19, records: 6 }, false)).toBeNull()
  expect(lane.next({ bytes: 20, records: 1 }, false)).toBeNull()
})

test('one portion has at most 256 blocks', () => {
  const rig = new Rig()
  for (let n = 0; n < 300; n++) rig.push(blockOf(a, n, ['']))
  expect(rig.lane.next(ROOM, true)).toMatchObject({ items: 256, records: 256 })
})

test('a block that is larger than a batch is taken in parts, at least one record each, and is finished with the last', () => {
  const rig = new Rig()
  rig.push(blockOf(a, 0, textOf(5)))
  const parts: unknown[] = []
  for (const room of [
    { bytes: 25, records: 9 },
    { bytes: 1, records: 9 },
    { bytes: 90, records: 1 },
    { bytes: 9, records: 9 },
  ]) {
    const { items, begun, bytes, records, blocks } = rig.lane.next(room, true)!
    parts.push([items, begun, bytes, records, blocks.flatMap(linesOf).map((line) => line[0])])
    rig.store(room)
  }
  expect(parts).toEqual([
    [0, 2, 20, 2, ['0', '1']],
    [0, 3, 10, 1, ['2']],
    [0, 4, 10, 1, ['3']],
    [1, 0, 10, 1, ['4']],
  ])
  expect([rig.lane.blocks, rig.lane.records, rig.lane.bytes]).toEqual([0, 0, 0])
})

test('the rest of a block that was begun fits beside the next', () => {
  const rig = new Rig()
  rig.push(blockOf(a, 0, textOf(3)))
  rig.push(blockOf(a, 3, textOf(3)))
  rig.store({ bytes: 20, records: 9 })
  const { blocks, ...sizes } = rig.lane.next({ bytes: 40, records: 4 }, false)!
  expect(sizes).toEqual({ items: 2, records: 4, bytes: 40, begun: 0 })
  expect(blocks.map(({ firstRecord }) => firstRecord)).toEqual([2, 3])
})

test('what is stored is counted no more, and comes back with its mark kept', () => {
  const rig = new Rig()
  const items = [rig.push(blockOf(a, 0, textOf(2))), rig.push(blockOf(a, 2, textOf(3)))]
  expect(rig.lane.items()).toEqual(items)
  const portion = rig.lane.next({ bytes: 20, records: 2 }, true)!
  expect(rig.lane.complete(portion, { n: 2 })).toEqual(items.slice(0, 1))
  expect([rig.lane.mark, rig.lane.blocks, rig.lane.records, rig.lane.bytes]).toEqual([{ n: 2 }, 1, 3, 30])
})

test('a block without records moves the position of the one before it, unless that is written or came with something else', () => {
  const rig = new Rig()
  const origin = { owing: 1 }
  rig.push(blockOf(a, 0, ['1']))
  rig.push({ ...blockOf(a, 1, []), position: positionOf(7) })
  expect([rig.released, rig.lane.blocks, rig.lane.items()[0]!.block.position.records]).toEqual([1, 1, 7])
  rig.push(blockOf(a, 1, []), 0, origin)
  expect([rig.released, rig.lane.blocks]).toEqual([1, 2])
  rig.push(blockOf(a, 1, []), 0, origin)
  expect([rig.released, rig.lane.blocks]).toEqual([2, 2])
  rig.lane.begin(rig.lane.next(ROOM, true)!, 0)
  rig.push(blockOf(a, 1, []), 0, origin)
  rig.push(blockOf(a, 1, ['2']), 0, origin)
  expect([rig.released, rig.lane.blocks]).toEqual([2, 4])
})

test('blocks without records alone are a portion of nothing', () => {
  const rig = new Rig()
  rig.push(blockOf(a, 0, []))
  rig.push(blockOf(a, 0, ['1']))
  expect(rig.lane.next(ROOM, true)).toMatchObject({ items: 2, records: 1, blocks: [{ firstRecord: 0 }] })
  rig.store()
  rig.push(blockOf(a, 1, []))
  expect(rig.lane.next({ bytes: 0, records: 0 }, false)).toEqual({
    blocks: [],
    records: 0,
    bytes: 0,
    items: 1,
    begun: 0,
  })
})

test('what is being written does not wait: it waits since the first block behind that came', () => {
  const { lane, push } = bound(new Rig())
  push(blockOf(a, 0, ['1']), 10)
  push(blockOf(a, 1, ['2']), 20)
  expect(lane.sinceMs).toBe(10)
  lane.begin(lane.next(ROOM, true)!, 25)
  expect([lane.state, lane.writingSinceMs]).toEqual(['writing', 25])
  push(blockOf(a, 2, ['3']), 30)
  push(blockOf(a, 3, ['4']), 40)
  expect(lane.sinceMs).toBe(30)
  lane.end()
  expect(lane.state).toBe('idle')
  push(blockOf(a, 4, ['5']), 50)
  expect(lane.sinceMs).toBe(30)
})

test('a part of a block that is being written is in work with the whole block', () => {
  const { lane, push } = bound(new Rig())
  push(blockOf(a, 0, textOf(3)), 10)
  lane.begin(lane.next({ bytes: 10, records: 1 }, true)!, 20)
  push(blockOf(a, 3, ['4']), 30)
  expect(lane.sinceMs).toBe(30)
})

test('a source is as its last block describes it', () => {
  const rig = new Rig()
  const renamed = { ...a, name: 'renamed' }
  rig.push(blockOf(renamed, 0, ['1']))
  expect(rig.lane.source).toBe(renamed)
})

test('a first record is blamed each time it is refused again though others were stored since', () => {
  const { lane } = new Rig()
  expect(lane.blame(100, 50)).toBe(0)
  expect(lane.blame(50, 60)).toBe(0)
  expect(lane.blame(61, 70)).toBe(1)
  expect(lane.blame(71, 80)).toBe(2)
  lane.recovered()
  expect(lane.blame(200, 90)).toBe(0)
  expect(lane.blame(91, 100)).toBe(1)
})

test('what a failure left behind is over with a success', () => {
  const { backOff, lane } = new Rig()
  expect(lane.triedBefore).toBe(false)
  lane.part(5)
  expect([lane.companyMax, lane.triedBefore]).toEqual([2, true])
  lane.part(1)
  expect(lane.companyMax).toBe(1)
  lane.recovered()
  lane.failing = { sinceMs: 0, why: 'EIO' }
  expect(lane.triedBefore).toBe(true)
  backOff.next()
  lane.recovered()
  expect([lane.triedBefore, lane.companyMax, lane.recordsMax, backOff.attempts]).toEqual([
    false,
    Infinity,
    Infinity,
    0,
  ])
})

test('a limit on records is doubled with each success, until it is none', () => {
  const { lane } = new Rig()
  lane.recordsMax = 250_000
  const limits: number[] = []
  for (let n = 0; n < 3; n++) {
    lane.recovered()
    limits.push(lane.recordsMax)
  }
  expect(limits).toEqual([500_000, 1_000_000, Infinity])
})

function bound(rig: Rig): { lane: Lane; push: Rig['push'] } {
  return { lane: rig.lane, push: rig.push.bind(rig) }
}
