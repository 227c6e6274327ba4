import { expect, test } from 'vitest'
import type { Phase } from '../phase.ts'
import { Disturber } from './disturber.ts'

const PHASE: Phase = {
  name: 'mine',
  requirement: 'D13',
  description: '',
  durationSeconds: 100,
  slots: 1,
  load: { chatty: 1, bursty: 0, silent: 0 },
  criteria: [],
  disturbances: [
    { atSeconds: 10, kind: 'cut-connections' },
    { atSeconds: 30, kind: 'kill-subject' },
  ],
}

function setUp(): { disturber: Disturber; happened: string[]; goTo: (seconds: number) => Promise<boolean> } {
  const happened: string[] = []
  const note = (what: string) => () => void happened.push(what)
  const disturber = new Disturber(PHASE, {
    'cut-connections': note('cut'),
    'restart-engine': note('restart'),
    'hang-engine': note('hang'),
    'fail-sink': note('fail'),
    'fill-disk': note('fill'),
    'run-briefly': note('run'),
    'step-clock-back': note('back'),
    'step-clock-forward': note('forward'),
    'restart-subject': note('stop'),
    'kill-subject': note('kill'),
  })
  const goTo = (seconds: number): Promise<boolean> => {
    happened.push(`at ${seconds}`)
    return Promise.resolve(true)
  }
  return { disturber, happened, goTo }
}

test('each disturbance is played once, at its moment, on the way to a later one', async () => {
  const { disturber, happened, goTo } = setUp()
  await disturber.passUntil(30, goTo)
  await disturber.passUntil(60, goTo)
  expect(happened).toEqual(['at 10', 'cut', 'at 30', 'at 30', 'kill', 'at 60'])
  expect(disturber.played).toBe(2)
})

test('nothing is played when it is not to go on', async () => {
  const { disturber, happened } = setUp()
  await disturber.passUntil(60, () => Promise.resolve(false))
  expect([happened, disturber.played]).toEqual([[], 0])
})
