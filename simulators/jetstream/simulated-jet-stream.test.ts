import { describe, expect, onTestFinished, test } from 'vitest'
import { World } from '../world.ts'
import { jetStreamCases } from './jet-stream-cases.test-helper.ts'
import { matches } from './simulated-stream.ts'

describe('the simulated server', () => {
  jetStreamCases(async () => {
    const world = new World({ seed: 1, recordLocations: false })
    let down: Disposable | null = null
    onTestFinished(() => expect(world.ledger.list().filter(({ kind }) => kind === 'request')).toEqual([]))
    return {
      jetStream: world.ports().jetStream,
      server: 'nats://logs:4222',
      run: (operation) => world.run(operation),
      sleep: (ms) => world.advance(ms),
      kill: async () => void (down = world.jetStream.inject({ kind: 'down' })),
      restart: async () => down?.[Symbol.dispose](),
    }
  })
})

test.for([
  ['logs.>', 'logs.a.b', true],
  ['logs.>', 'logs', false],
  ['logs.*', 'logs.a', true],
  ['logs.*', 'logs.a.b', false],
  ['logs.a', 'logs.a', true],
  ['logs.a.b', 'logs.a', false],
  ['>', 'logs', true],
] as const)('%s stands for %s: %s', ([pattern, subject, stands]) => {
  expect(matches(pattern, subject)).toBe(stands)
})
