import type { EngineName } from '../engines/phase-engine.ts'
import { SmallDisk } from '../engines/small-disk.ts'
import { orders, type Phase } from '../phase.ts'

/**
 * The phases that can be run on an engine of this machine.
 * @param leave is told of each of the others why not, one sentence
 * @param canMount whether a file system can be mounted; default asked of this machine
 */
export function offeredPhases(
  phases: readonly Phase[],
  engine: EngineName,
  leave: (why: string) => void,
  canMount: boolean = SmallDisk.canMount(),
): readonly Phase[] {
  return phases.filter((phase) => {
    const why = whyNot(phase, engine, canMount)
    if (why !== null) leave(`Cannot run ${phase.name} on ${engine}: ${why}`)
    return why === null
  })
}

function whyNot(phase: Phase, engine: EngineName, canMount: boolean): string | null {
  if (engine !== 'virtual' && !canMount && orders(phase, 'fill-disk'))
    return 'a small disk is mounted to be filled, so run it as root on Linux, or with --engine virtual'
  if (engine === 'docker' && STEPS.some((kind) => orders(phase, kind)))
    return 'a real engine has the clock of its whole machine, so run it with --engine virtual or simulated'
  return null
}

const STEPS = ['step-clock-back', 'step-clock-forward'] as const
