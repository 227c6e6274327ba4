import { expect, test } from 'vitest'
import { judge } from '../criteria/verdict.ts'
import { observations, steady } from '../observations.test-support.ts'
import { selectPhases } from '../phases/select-phases.ts'
import { conclusionsOf, conclusionText } from './conclusions.ts'

type Seen = Parameters<typeof observations>[0]

function conclude(phase: string, seen: Seen): string {
  return concludeAll([phase, seen])
}

function concludeAll(...runs: readonly (readonly [string, Seen])[]): string {
  const results = runs.map(([name, seen]) => ({
    subject: 'mine',
    defect: null,
    interrupted: false,
    criteria: judge(selectPhases([name])[0]!, observations(seen)),
  }))
  return conclusionsOf(results).map(conclusionText).join('; ')
}

const lines = observations().lines
const flat = { engineFds: steady(40), engineTasks: steady(80) }

test('a run in which no stream had to begin again shows nothing of losses, repetitions and hangs', () => {
  expect(conclude('idle-stream', { series: flat })).toBe(
    'mine: leaks no, hangs not shown, loses not shown, repeats not shown',
  )
})

test('a run that disturbed the subject shows that it does not', () => {
  expect(conclude('reconnects', { disturbances: 5, series: flat })).toBe(
    'mine: leaks no, hangs no, loses no, repeats no',
  )
})

test('so does one in which connections were replaced', () => {
  const seen = { lastingConnections: 1, containers: 10 }
  expect(conclude('rotation-continuity', seen)).toBe('mine: leaks not shown, hangs no, loses no, repeats no')
})

test('what was lost and repeated is lost and repeated, whatever was put to the test', () => {
  const seen = { lines: { ...lines, missing: 3, duplicated: 4 } }
  expect(conclude('idle-stream', seen)).toBe('mine: leaks not shown, hangs not shown, loses yes, repeats yes')
})

test('an interrupted run shows only what it did wrong', () => {
  const criteria = judge(
    selectPhases(['reconnects'])[0]!,
    observations({ disturbances: 5, series: flat, lines: { ...lines, duplicated: 1 } }),
  )
  const [conclusion] = conclusionsOf([{ subject: 'mine', defect: null, interrupted: true, criteria }])
  expect(conclusionText(conclusion!)).toBe(
    'mine: leaks not shown, hangs not shown, loses not shown, repeats yes',
  )
})

test('what leaks in one run of several leaks, and what does not end hangs', () => {
  const grown = [...steady(40).slice(4), ...steady(95).slice(6)]
  const text = concludeAll(
    ['reconnects', { disturbances: 5, series: flat }],
    ['leak', { containers: 50, series: { engineFds: grown }, stop: { seconds: 15, exitCode: null } }],
  )
  expect(text).toBe('mine: leaks yes, hangs yes, loses no, repeats no')
})
