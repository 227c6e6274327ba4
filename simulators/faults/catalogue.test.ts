import { expect, expectTypeOf, test } from 'vitest'
import { World } from '../world.ts'
import * as calls from './calls/call-faults.ts'
import * as catalogue from './catalogue.ts'
import * as life from './containers/life-faults.ts'
import * as output from './containers/output-faults.ts'
import * as stamps from './containers/stamp-faults.ts'
import * as storedLogs from './containers/stored-log-faults.ts'
import * as engine from './engine/engine-faults.ts'
import * as engineCatalogue from './engine-catalogue.ts'
import type { AnyFaultKind, Fault } from './fault.ts'
import * as files from './files/file-faults.ts'
import * as sinks from './sinks/sink-faults.ts'
import { calm } from './streams/calm.ts'
import * as connection from './streams/connection-faults.ts'
import * as frames from './streams/frame-faults.ts'
import type { EngineMachine } from './streams/stream-fault-kind.ts'
import * as travel from './streams/travel-faults.ts'

const OF_ENGINES = {
  calm,
  ...calls,
  ...life,
  ...output,
  ...stamps,
  ...storedLogs,
  ...engine,
  ...connection,
  ...frames,
  ...travel,
}

test('the catalogue has every fault, and a daemon plays those of engines', () => {
  expect(Object.keys(engineCatalogue).toSorted()).toEqual(Object.keys(OF_ENGINES).toSorted())
  expect(Object.keys(catalogue).toSorted()).toEqual(
    Object.keys({ ...OF_ENGINES, ...files, ...sinks }).toSorted(),
  )
})

test('names are unique and are those of the exports; each fault has a sentence', () => {
  const kinds: readonly (readonly [string, AnyFaultKind<never>])[] = Object.entries(catalogue)
  expect(new Set(kinds.map(([, { name }]) => name)).size).toBe(kinds.length)
  for (const [key, { name, description }] of kinds) {
    expect(name.replaceAll(/-[a-z]/g, (letter) => letter.slice(1).toUpperCase())).toBe(key)
    expect(description).toMatch(/^[A-Z0-9].*\.$/)
  }
})

test('a fault can be ordered only for what it goes wrong with', () => {
  const world = new World({ seed: 1 })
  expectTypeOf(catalogue.noSpace()).toExtend<Fault<World>>()
  expectTypeOf(catalogue.noSpace()).not.toExtend<Fault<EngineMachine>>()
  expectTypeOf(catalogue.sinkHang()).not.toExtend<Fault<World>>()
  expect(() => world.inject(catalogue.reset({ container: 'nope' }))).toThrow('No such container: nope')
})

test.each<[() => unknown, string]>([
  [
    () => catalogue.latency({ delayMs: 0 }),
    'delayMs: 0 is not allowed; allowed: milliseconds from 1 to 3600000',
  ],
  [
    () => catalogue.bandwidth({ bytesPerSecond: 1.5 }),
    'bytesPerSecond: 1.5 is not allowed; allowed: a whole number from 1 to',
  ],
  [
    () => catalogue.blocked({ afterBytes: -1 }),
    'afterBytes: -1 is not allowed; allowed: a whole number from 0 to',
  ],
  [() => catalogue.noSpace({ chance: 2 }), 'chance: 2 is not allowed; allowed: a number from 0 to 1'],
  [
    () => catalogue.partialSuccess({ accepted: 7 }),
    'accepted: 7 is not allowed; allowed: a number from 0 to 1',
  ],
])('limits are checked: %s', (order, message) => {
  expect(order).toThrow(RangeError)
  expect(order).toThrow(message)
})
