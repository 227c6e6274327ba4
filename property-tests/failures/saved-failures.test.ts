import { readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { faults } from '../../simulators/index.ts'
import { Step, type Command } from '../collector/command.ts'
import type { DrawnCase } from './drawn-case.ts'
import { readFailure } from './failure-file.ts'
import { findCause } from './find-cause.ts'
import { recordCase } from './record-failure.ts'
import { replayFailure } from './replay-failure.ts'

/** A failure that is mended stays so: the campaign's files are put here. */
const SAVED = path.join(import.meta.dirname, 'saved')

describe('a failure that was saved does not come back', () => {
  for (const name of readdirSync(SAVED).filter((each) => each.endsWith('.json')))
    test(name, async () => {
      const { failure } = await replayFailure(readFailure(path.join(SAVED, name)))
      expect(failure).toBe('')
    })
})

test('a file that is none is named, with what is wrong', () => {
  expect(() => readFailure(import.meta.filename)).toThrow(
    /Cannot read the failure in .*saved-failures\.test\.ts: /,
  )
})

describe('of a case that fails', () => {
  test('only the steps are kept without which it does not, with what happened when', async () => {
    const recorded = await recordCase(failing)
    expect(recorded?.steps.map(({ words }) => words)).toEqual(['start', 'it is broken', 'time passes'])
    expect(recorded?.steps.map(({ place }) => place)).toEqual([1, 4, 5])
    expect(recorded?.failure).toMatch(/^I99 does not hold: it was broken for long/)
    expect(recorded?.timeline.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['start', 'info: The delivery is open', 'it is broken']),
    )
  })

  test('the cause is the event after which the end of all faults does not help any more', async () => {
    const cause = await findCause(failing, [1, 4, 5])
    expect(cause?.step).toBe('time passes')
    expect(cause?.atMs).toBeGreaterThan(FATAL_AFTER_MS)
    expect(cause?.atMs).toBeLessThan(FATAL_AFTER_MS + 2000)
  })

  test('which holds there is no file, and no cause', async () => {
    const well = { ...failing, commands: failing.commands.filter((_, place) => place !== 4) }
    expect(await recordCase(well)).toBeNull()
    expect(await findCause(well, [1])).toBeNull()
  })
})

const FATAL_AFTER_MS = 2000
const SHOWS_AFTER_MS = 3000
const always = (): boolean => true

/** Fails some time after it is decided, unless the faults end before that. */
const failing: DrawnCase = {
  rig: { seed: 1, slots: 1, rotationIntervalMs: 300_000, engine: '28', isLong: false },
  families: ['engine'],
  commands: [
    new Step('add web', null, always, (rig) => rig.addContainer('both streams', { name: 'web' })),
    new Step('start', null, always, (rig) => rig.start()),
    new Step('some time passes', null, always, (rig) => rig.advance(100)),
    new Step('events drop', 'engine', always, (rig) => void rig.world.inject(faults.eventStreamDropped())),
    new Step('it is broken', 'engine', always, (rig) => {
      rig.disturbed()
      rig.engine.goAway()
      const brokenMs = rig.world.nowMs
      let fatalMs = Infinity
      rig.world.invariant('I99', () => {
        const { nowMs } = rig.world
        const isBroken = rig.isRunning && rig.engine.availability === 'away'
        if (isBroken && nowMs - brokenMs > FATAL_AFTER_MS) fatalMs = Math.min(fatalMs, nowMs)
        return nowMs - fatalMs > SHOWS_AFTER_MS ? 'it was broken for long' : undefined
      })
    }),
    new Step('time passes', null, always, (rig) => rig.advance(10_000)),
  ] satisfies readonly Command[],
}
