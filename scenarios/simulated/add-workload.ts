import type { Behaviour, SimulatedContainer, SimulatedEngine } from '../../simulators/index.ts'
import { lineOf, type Workload } from '../workload.ts'

/** Starts a container that writes a workload: the first line at once, the last when it is told to end. */
export function addWorkload(
  engine: SimulatedEngine,
  workload: Workload,
  labels: Readonly<Record<string, string>>,
): SimulatedContainer {
  const { name, stream, writing } = workload
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
  return container
}

function behaviourOf({ kind, stream, pace, writing: { endsLate } }: Workload): Behaviour {
  if (kind === 'silent') return { kind }
  const { lines, everySeconds } = pace
  return { kind: 'bursty', everyMs: everySeconds * 1000, lines, jitter: JITTER, stream, endsLate }
}

/** Containers that write at the same moments would hide what comes between. */
const JITTER = 0.1
