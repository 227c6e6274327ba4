import { expect, test } from 'vitest'
import { World } from '../world.ts'
import { SimulatedSink } from './simulated-sink.ts'
import type { SinkFault, SinkFaultScope } from './sink-fault.ts'

test.each<[SinkFault, SinkFaultScope, string]>([
  [
    { kind: 'too-many-requests', retryAfterMs: -1 },
    {},
    'Cannot inject too-many-requests: retryAfterMs: -1 is not allowed; allowed: milliseconds from 0 to 86400000',
  ],
  [
    { kind: 'server-error', status: 404 },
    {},
    'Cannot inject server-error: status: 404 is not allowed; allowed: a whole number from 500 to 599',
  ],
  [
    { kind: 'reset', afterBytes: 0.5 },
    {},
    'Cannot inject reset: afterBytes: 0.5 is not allowed; allowed: a whole number from 0 to 1073741824',
  ],
  [
    { kind: 'slow', bytesPerSecond: 0 },
    {},
    'Cannot inject slow: bytesPerSecond: 0 is not allowed; allowed: a whole number from 1 to 1073741824',
  ],
  [
    { kind: 'partial-success', accepted: 1.5 },
    {},
    'Cannot inject partial-success: accepted: 1.5 is not allowed; allowed: a number from 0 to 1',
  ],
  [
    { kind: 'hang' },
    { times: 0 },
    'Cannot inject hang: times: 0 is not allowed; allowed: a whole number from 1 to 1000000',
  ],
  [
    { kind: 'hang' },
    { chance: 2 },
    'Cannot inject hang: chance: 2 is not allowed; allowed: a number from 0 to 1',
  ],
  [{ kind: 'refused' }, { times: 3 }, 'Cannot inject refused: unknown parameter times; allowed: none'],
])(
  '%j with %j is refused with the parameter, what was given and what is allowed',
  (fault, scope, message) => {
    const sink = new SimulatedSink(new World({ seed: 1 }))
    expect(() => sink.inject(fault, scope)).toThrow(new RangeError(message))
  },
)

test('what no type checker has seen is refused, too', () => {
  const sink = new SimulatedSink(new World({ seed: 1 }))
  const inject = (fault: unknown) => () => sink.inject(JSON.parse(JSON.stringify(fault)))
  expect(inject({ kind: 'explode' })).toThrow(/^Cannot inject "explode": allowed: too-many-requests, /)
  expect(inject({ kind: 'slow', speed: 5 })).toThrow(
    'Cannot inject slow: bytesPerSecond: undefined is not allowed; allowed: a whole number from 1 to 1073741824',
  )
  expect(inject({ kind: 'slow', bytesPerSecond: 5, speed: 5 })).toThrow(
    'Cannot inject slow: unknown parameter speed; allowed: bytesPerSecond',
  )
})
