import type { Behaviour, SimulatedContainer, SimulatedEngine } from '../../simulators/index.ts'
import { numberedLine } from '../audit/numbered-line.ts'
import type { Workload } from '../workload.ts'

/** Starts a container that writes a workload: the first line at once, the last when it is told to end. */
export function addWorkload(
  engine: SimulatedEngine,
  workload: Workload,
  labels: Readonly<Record<string, string>>,
): SimulatedContainer {
  const { name, stream } = workload
  const container = engine.addContainer({
    name,
    labels,
    behaviour: behaviourOf(workload),
    atExit: { lines: 1, stream },
    lineText: (number) => numberedLine(name, number),
  })
  container.writeNumberedLine({ stream })
  return container
}

function behaviourOf({ kind, stream, pace }: Workload): Behaviour {
  if (kind === 'silent') return { kind }
  return { kind: 'bursty', everyMs: pace.everySeconds * 1000, lines: pace.lines, jitter: JITTER, stream }
}

/** Containers that write at the same moments would hide what comes between. */
const JITTER = 0.1
