import { expect, test } from 'vitest'
import { BackOff } from '../../lifecycle/back-off.ts'
import { blockOf, ScriptedSink, sourceOf } from '../pipeline-rig.test-helper.ts'
import type { SinkLimits } from '../sink.ts'
import { Lane } from './lane.ts'
import { ReadyLanes } from './ready-lanes.ts'

const LIMITS = { batchBytes: 100, batchRecords: 10, sourcesPerBatch: 3, batchDelayMs: 1000 }

function readyLanes(limits: Partial<SinkLimits> = LIMITS): ReadyLanes {
  return new ReadyLanes(new ScriptedSink(limits).limits)
}

/** A lane that has so many records, with so many bytes altogether, since then. */
function laneOf(name: string, records: number, bytes: number, sinceMs = 0): Lane {
  const source = sourceOf(name)
  const lane = new Lane(source, undefined, new BackOff({ initialMs: 1, maxMs: 1 }, { next: () => 0 }))
  const lines = ['x'.repeat(bytes - records), ...Array.from({ length: records - 1 }, () => '')]
  const permit = { bytes, release: () => {}, [Symbol.dispose]: () => {} }
  lane.push({ block: blockOf(source, 0, lines), permit }, sinceMs)
  return lane
}

test('a batch is due when its oldest record has waited as long as the sink wants; lanes are taken in their order', () => {
  const ready = readyLanes()
  expect(ready.dueMs()).toBe(Infinity)
  const lanes = [laneOf('a', 1, 2, 5), laneOf('b', 1, 2, 3)]
  for (const lane of lanes) ready.add(lane)
  expect([ready.size, [...ready], ready.dueMs()]).toEqual([2, lanes, 1003])
  ready.delete(lanes[1]!)
  expect(ready.dueMs()).toBe(1005)
})

test('for a sink that wants nothing to wait it is due at once', () => {
  const ready = readyLanes({ sourcesPerBatch: 3 })
  expect(ready.dueMs()).toBe(Infinity)
  ready.add(laneOf('a', 1, 2))
  expect(ready.dueMs()).toBe(-Infinity)
})

test('lanes fill a batch with their bytes, their records or their number', () => {
  for (const [first, second, isFull] of [
    [laneOf('a', 1, 50), laneOf('b', 1, 50), true],
    [laneOf('a', 1, 50), laneOf('b', 1, 49), false],
    [laneOf('a', 5, 5), laneOf('b', 5, 5), true],
    [laneOf('a', 5, 5), laneOf('b', 4, 4), false],
  ] as const) {
    const ready = readyLanes()
    ready.add(first)
    ready.add(second)
    expect([ready.isFull, ready.dueMs() === -Infinity]).toEqual([isFull, isFull])
  }
  const ready = readyLanes()
  for (const name of ['a', 'b', 'c']) ready.add(laneOf(name, 1, 1))
  expect(ready.isFull).toBe(true)
})

test('what is taken fills no batch any more, and what is not there takes nothing with it', () => {
  const ready = readyLanes()
  const lane = laneOf('a', 9, 99)
  ready.add(lane)
  ready.delete(lane)
  ready.delete(lane)
  ready.add(laneOf('b', 9, 99))
  expect(ready.isFull).toBe(false)
  ready.delete(lane)
  ready.grew(0, 1)
  expect(ready.isFull).toBe(true)
})

test('what a ready lane is given besides counts', () => {
  for (const [records, bytes, isFull] of [
    [8, 98, false],
    [9, 0, true],
    [0, 99, true],
  ] as const) {
    const ready = readyLanes()
    ready.add(laneOf('a', 1, 1))
    ready.grew(records, bytes)
    expect(ready.isFull).toBe(isFull)
  }
})

test('what was tried before waits for nobody', () => {
  const ready = readyLanes()
  const tried = laneOf('a', 1, 1)
  tried.part(2)
  ready.add(laneOf('b', 1, 1))
  ready.add(tried)
  expect(ready.dueMs()).toBe(-Infinity)
  ready.delete(tried)
  expect(ready.dueMs()).toBe(1000)
})

test('a hurry lasts until everything that is ready was taken; a drain stays', () => {
  const ready = readyLanes()
  const lanes = [laneOf('a', 1, 1), laneOf('b', 1, 1)]
  for (const lane of lanes) ready.add(lane)
  ready.hurried = true
  ready.delete(lanes[0]!)
  expect(ready.dueMs()).toBe(-Infinity)
  ready.delete(lanes[1]!)
  ready.add(lanes[0]!)
  expect(ready.dueMs()).toBe(1000)
  ready.draining = true
  ready.delete(lanes[0]!)
  ready.add(lanes[0]!)
  expect(ready.dueMs()).toBe(-Infinity)
})
