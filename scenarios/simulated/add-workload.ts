import {
  faults,
  runAndRemove,
  type Behaviour,
  type SimulatedContainer,
  type SimulatedEngine,
} from '../../simulators/index.ts'
import type { EndedContainer } from '../engines/engine-provider.ts'
import { BRIEF_LINES, BRIEF_MS } from '../phase.ts'
import { briefLines, lineOf, type Workload } from '../workload.ts'

/** A container that writes a workload. */
export interface AddedWorkload {
  /** It is told to end, and not started again. */
  end(): EndedContainer
}

/** Starts a container that writes a workload: the first line at once, the last when it is told to end. */
export function addWorkload(
  engine: SimulatedEngine,
  workload: Workload,
  labels: Readonly<Record<string, string>>,
): AddedWorkload {
  const { name, stream, writing, lifeSeconds } = workload
  const container = engine.addContainer({
    name,
    labels,
    tty: writing.tty,
    ...(writing.stored === null ? {} : { logRotation: writing.stored }),
    behaviour: behaviourOf(workload),
    atExit: { lines: 1, stream },
    lineText: (number) => lineOf(workload, number),
  })
  container.writeNumberedLine({ stream, endsLate: writing.endsLate })
  const restarts = lifeSeconds === null ? null : restartsOf(engine, name, lifeSeconds)
  return {
    end: () => {
      restarts?.[Symbol.dispose]()
      engine.stop(name)
      return { lastLine: container.lastNumber, lives: container.starts }
    },
  }
}

function restartsOf(engine: SimulatedEngine, container: string, lifeSeconds: number): Disposable {
  return faults.restartLoop({ container, lifeMs: lifeSeconds * 1000 }).inject({ engine })
}

/** Starts a container that lives for a moment, and is removed then. */
export function addBrief(
  engine: SimulatedEngine,
  name: string,
  labels: Readonly<Record<string, string>>,
): SimulatedContainer {
  const lines = briefLines(name)
  return engine.addContainer({
    ...runAndRemove(name, { lastsMs: BRIEF_MS, lines: BRIEF_LINES }),
    labels,
    lineText: (number) => lines[number - 1]!,
  })
}

function behaviourOf({ kind, stream, pace, writing: { endsLate } }: Workload): Behaviour {
  if (kind === 'silent') return { kind }
  const { lines, everySeconds } = pace
  return { kind: 'bursty', everyMs: everySeconds * 1000, lines, jitter: JITTER, stream, endsLate }
}

/** Containers that write at the same moments would hide what comes between. */
const JITTER = 0.1
