import { expect, test } from 'vitest'
import { faults } from '../index.ts'
import { World } from '../world.ts'
import { callsEndInTime } from './ages.ts'

const never = new AbortController().signal

test('I4: a request that the engine does not answer is found', async () => {
  const world = new World({ seed: 1 })
  callsEndInTime(world, { openTimeoutMs: 1000 })
  world.inject(faults.neverAnswered())
  void world.engine.connect().info({ signal: never })
  await expect(world.advance(2000)).rejects.toThrow('I4 no call pending longer than the open timeout')
})

test('I4: a disk that hangs is no request to the engine', async () => {
  const world = new World({ seed: 1 })
  callsEndInTime(world, { openTimeoutMs: 1000 })
  world.fileSystem.disturb({ kind: 'hang' })
  void world.fileSystem.stat('/')
  await world.advance(2000)
  expect(world.ledger.count('file-operation')).toBe(1)
})
