import { CONTAINER_KINDS, containerCount, type ContainerKind, type Phase } from './phase.ts'

/**
 * What a container of each kind writes besides its first line and its last: `lines` at a time, `everySeconds` phase seconds apart.
 * Compressed, the same lines come in less time, so the number of lines of a phase does not depend on the compression.
 */
export const PACES: Readonly<Record<ContainerKind, Pace>> = {
  chatty: { lines: 1, everySeconds: 1 },
  bursty: { lines: 100, everySeconds: 120 },
  silent: { lines: 0, everySeconds: 1 },
}

export interface Pace {
  readonly lines: number
  /** Seconds. */
  readonly everySeconds: number
}

/** One container of a phase. */
export interface Workload {
  /** Unique on the engine. */
  readonly name: string
  readonly kind: ContainerKind
  /** The one stream it writes to; so the order of its lines does not depend on how the engine merges two. */
  readonly stream: 'stdout' | 'stderr'
  /** Already divided by the compression. */
  readonly pace: Pace
}

/** The containers of a phase, kinds mixed, every fifth one writing to standard error. Names begin with `prefix`. */
export function workloadsOf(phase: Phase, compress: number, prefix: string): Workload[] {
  return kindsMixed(phase).map((kind, index) => ({
    name: `${prefix}-${String(index + 1).padStart(2, '0')}`,
    kind,
    stream: index % 5 === 4 ? 'stderr' : 'stdout',
    pace: { ...PACES[kind], everySeconds: PACES[kind].everySeconds / compress },
  }))
}

/** Kinds in turn, so that neither the first nor the last containers are all of one kind. */
function kindsMixed(phase: Phase): ContainerKind[] {
  const left = { ...phase.load }
  const mixed: ContainerKind[] = []
  while (mixed.length < containerCount(phase)) {
    for (const kind of CONTAINER_KINDS) {
      if (left[kind] === 0) continue
      left[kind] -= 1
      mixed.push(kind)
    }
  }
  return mixed
}
