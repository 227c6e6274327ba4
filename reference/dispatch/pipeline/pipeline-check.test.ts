import { expect, test } from 'vitest'
import { sourceOf } from '../pipeline-rig.test-helper.ts'
import type { Trouble } from './circuit.ts'
import { pipelineCheck, type PipelineState } from './pipeline-check.ts'

const NOW_MS = 1_000_000
const WELL = { ok: true, detail: 'stores what it is given' }

type LaneState = PipelineState['lanes'][number]

function check(state: Partial<PipelineState>): unknown {
  return pipelineCheck({ nowMs: NOW_MS, circuit: null, lanes: [], progressMs: null, ...state })
}

function circuit(forMs: number, refuses: boolean): Trouble {
  return { sinceMs: NOW_MS - forMs, why: 'EIO', refuses }
}

function failing(name: string, forMs: number): LaneState {
  const failure = { sinceMs: NOW_MS - forMs, why: `no ${name}` }
  return { source: sourceOf(name), state: 'waiting', writingSinceMs: 0, failing: failure }
}

function writing(name: string, forMs: number): LaneState {
  return { source: sourceOf(name), state: 'writing', writingSinceMs: NOW_MS - forMs, failing: null }
}

test('a sink that refuses is told at once, one that is away after ten seconds', () => {
  expect(check({ circuit: circuit(0, true) })).toEqual({
    ok: false,
    detail: 'refuses everything for 0 s: EIO',
  })
  expect(check({ circuit: circuit(9999, false) })).toEqual(WELL)
  expect(check({ circuit: circuit(10_000, false) })).toEqual({
    ok: false,
    detail: 'takes nothing for 10 s: EIO',
  })
})

test('sources that fail are told after ten seconds, with what the one that fails longest says', () => {
  expect(check({ lanes: [failing('a', 9999), writing('b', 0)] })).toEqual(WELL)
  const lanes = [failing('a', 10_000), failing('b', 30_000), failing('c', 20_000), failing('d', 1)]
  expect(check({ lanes })).toEqual({ ok: false, detail: 'cannot store a, b, c for 30 s: no b' })
  const many = ['a', 'b', 'c', 'd', 'e'].map((name) => failing(name, 10_000))
  expect(check({ lanes: many })).toEqual({
    ok: false,
    detail: 'cannot store a, b, c and 2 more for 10 s: no a',
  })
})

test('a sink that has stored nothing for a minute is told', () => {
  expect(check({ progressMs: NOW_MS - 59_999 })).toEqual(WELL)
  expect(check({ progressMs: NOW_MS - 60_000 })).toEqual({
    ok: false,
    detail: 'stored nothing of what it was given for 60 s',
  })
})

test('writes without an answer for a minute are told, with the time of the oldest', () => {
  expect(check({ lanes: [writing('a', 59_999), { ...writing('b', 90_000), state: 'idle' }] })).toEqual(WELL)
  expect(check({ lanes: [writing('a', 60_000), writing('b', 70_000)] })).toEqual({
    ok: false,
    detail: 'does not answer for a, b for 70 s',
  })
})
