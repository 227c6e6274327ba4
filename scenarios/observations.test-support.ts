import type { Observations, Series } from './observations.ts'

/** Observations of a run of ten samples, thirty phase seconds apart, in which nothing was measured and nothing went wrong. */
export function observations(
  parts: Partial<Omit<Observations, 'series'>> & { series?: Partial<Series> } = {},
): Observations {
  const { series, ...rest } = parts
  return {
    containers: 55,
    slots: 50,
    engineIsExclusive: true,
    lines: {
      emitted: 10,
      delivered: 10,
      missing: 0,
      duplicated: 0,
      outOfOrder: 0,
      unexpected: 0,
      missingRead: null,
      examples: [],
    },
    shipped: null,
    delays: null,
    rotationsByContainer: null,
    deadlineErrors: null,
    violations: [],
    disturbances: 0,
    operations: null,
    newlyOpen: [],
    subjectProblems: [],
    lastingConnections: null,
    stop: { seconds: 0.1, exitCode: 0 },
    restarts: [],
    livesOfEach: new Map(),
    ...rest,
    series: {
      t: Array.from({ length: 10 }, (_, index) => index * 30),
      tasks: null,
      fds: null,
      rssBytes: null,
      streams: null,
      rotations: null,
      engineFds: null,
      engineTasks: null,
      utilization: null,
      threads: null,
      cpuSeconds: null,
      healthy: null,
      processes: null,
      connections: null,
      fdsByKind: null,
      delayP50Ms: null,
      delayP99Ms: null,
      ...series,
    },
  }
}

/** Ten samples that all say the same. */
export function steady(value: number): number[] {
  return Array.from({ length: 10 }, () => value)
}

/** Ten samples that grow by as much from one to the next. */
export function growing(from: number, by: number): number[] {
  return Array.from({ length: 10 }, (_, index) => from + index * by)
}
