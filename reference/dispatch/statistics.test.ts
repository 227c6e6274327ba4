import { expect, test } from 'vitest'
import { Machine } from './dispatcher-rig.test-helper.ts'
import { ScriptedSink, sourceOf } from './pipeline-rig.test-helper.ts'

const a = sourceOf('a')

test('once a minute a line of the log says what became of the lines of each sink, and none when nothing happened', async () => {
  const machine = new Machine()
  const [away, well] = [new ScriptedSink({ writeDeadlineMs: 1000 }, 'away'), new ScriptedSink({}, 'well')]
  away.answer = () => ({ kind: 'again', why: 'busy', of: 'sink' })
  const process = await machine.start([away, well])
  const told = (): unknown[] =>
    process.ports.logger.entries.filter(({ message }) => message === 'Delivery').map(({ fields }) => fields)
  await machine.world.advance(61_000)
  expect(told()).toEqual([])
  await process.deliver(a, 10)
  await machine.world.advance(60_000)
  expect(told()).toEqual([
    {
      seconds: 60,
      sinks: {
        away: {
          lines: 0,
          bytes: 0,
          writes: expect.any(Number),
          retried: expect.any(Number),
          deadLetters: 0,
          queueBytes: expect.any(Number),
          spoolBytes: expect.any(Number),
        },
        well: {
          lines: 10,
          bytes: 30,
          writes: expect.any(Number),
          retried: 0,
          deadLetters: 0,
          queueBytes: 0,
          spoolBytes: 0,
        },
      },
    },
  ])
  const { spoolBytes } = process.dispatcher.figures()[0]!
  expect(spoolBytes).toBeGreaterThan(0)
  expect(await process.gauge('spool_behind_bytes', 'away')).toBe(spoolBytes)
  away.answer = () => null
  await machine.world.advance(120_000)
  expect(told()).toHaveLength(2)
  expect(await process.gauge('spool_behind_bytes', 'away')).toBe(0)
  await machine.stop()
})
