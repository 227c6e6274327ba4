import { expect, test } from 'vitest'
import { offeredPhases } from './offered-phases.ts'
import { selectPhases } from './select-phases.ts'

const PHASES = selectPhases(['reconnects', 'disk-full'])

test.each([
  ['simulated', false, ['reconnects']],
  ['docker', false, ['reconnects']],
  ['docker', true, ['reconnects', 'disk-full']],
  ['virtual', false, ['reconnects', 'disk-full']],
] as const)('on %s, where a disk can be mounted: %s, these are offered: %j', (engine, canMount, expected) => {
  const left: string[] = []
  const offered = offeredPhases(PHASES, engine, (why) => left.push(why), canMount)
  expect(offered.map(({ name }) => name)).toEqual(expected)
  expect(left).toHaveLength(PHASES.length - expected.length)
  for (const why of left) expect(why).toMatch(/^Cannot run disk-full on \w+: .*as root/)
})

test.each([
  ['virtual', true],
  ['simulated', true],
  ['docker', false],
] as const)('a clock can be stepped on %s: %s', (engine, isOffered) => {
  const left: string[] = []
  const offered = offeredPhases(selectPhases(['clock-steps']), engine, (why) => left.push(why))
  expect(offered).toHaveLength(isOffered ? 1 : 0)
  expect(left).toEqual(
    isOffered
      ? []
      : [
          'Cannot run clock-steps on docker: a real engine has the clock of its whole machine, so run it with --engine virtual or simulated',
        ],
  )
})
