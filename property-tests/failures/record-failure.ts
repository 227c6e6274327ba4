import { messageOf } from '../../reference/errors.ts'
import { runCase, type DrawnCase } from './drawn-case.ts'
import type { FailureFile } from './failure-file.ts'
import { smallest } from './smallest.ts'

/** What is kept of a case that failed, beside how it is drawn. */
export type RecordedCase = Pick<FailureFile, 'world' | 'steps' | 'failure' | 'timeline'>

/**
 * Runs a case that failed again, leaves out what can be left out, and tells what happened then.
 * @returns null when it does not fail
 */
export async function recordCase(drawn: DrawnCase): Promise<RecordedCase | null> {
  const places: number[] = []
  const first = await runCase(drawn, { onCommand: (_command, place) => void places.push(place) })
  if (first === null) return null
  const kind = kindOf(first)
  const kept = await smallest(places, async (some) => {
    const error = await runCase(drawn, { only: new Set(some) })
    return error !== null && kindOf(error) === kind
  })
  return await tell(drawn, kept)
}

/** Runs the steps of a case. */
export async function tell(drawn: DrawnCase, places: readonly number[]): Promise<RecordedCase> {
  const steps: { place: number; words: string }[] = []
  const timeline: { ms: number; what: string }[] = []
  const error = await runCase(drawn, {
    only: new Set(places),
    onBegin: (rig) => {
      rig.onLog = ({ atMs, level, message }) => {
        if (level !== 'debug') timeline.push({ ms: atMs, what: `${level}: ${message}` })
      }
    },
    onCommand: (command, place, rig) => {
      const words = String(command)
      steps.push({ place, words })
      timeline.push({ ms: rig.world.nowMs, what: words })
    },
  })
  return { world: { ...drawn.rig }, steps, failure: error === null ? '' : messageOf(error), timeline }
}

/** What failed, whatever the container, the place or the moment: an invariant by its name, anything else by its first words. */
function kindOf(error: Error): string {
  const [line = ''] = error.message.split('\n')
  return /^(I\d+) /.exec(line)?.[1] ?? line.replaceAll(/\d+/g, '#').slice(0, KIND_LENGTH)
}

const KIND_LENGTH = 30
