import { parseExposition, sumByLabel, sumOf } from './prometheus.ts'

/** Which of a subject's metrics count what. Selectors are `name` or `name{label="value"}`. */
export interface MetricNames {
  readonly tasks: string | null
  readonly streams: string | null
  readonly utilization: string | null
  readonly rotations: string | null
  /** Files that its sink for files has open. */
  readonly sinkFiles: string | null
  /** The label of the rotations that carries the container's name. */
  readonly containerLabel: string
  /** Everything in it counts one missed deadline each. */
  readonly deadlineErrors: readonly string[]
}

/** What a subject says about itself; `null` for what it does not say. */
export interface SubjectSample {
  readonly tasks: number | null
  readonly streams: number | null
  readonly utilization: number | null
  readonly rotationsByContainer: ReadonlyMap<string, number> | null
  readonly deadlineErrors: number | null
  readonly sinkFiles: number | null
}

/** Reads a Prometheus exposition by the names a subject declares. Counters that have no sample yet stand at 0. */
export function readMetrics(exposition: string, names: MetricNames): SubjectSample {
  const samples = parseExposition(exposition)
  const gauge = (selector: string | null): number | null =>
    selector === null ? null : sumOf(samples, selector)
  return {
    tasks: gauge(names.tasks),
    streams: gauge(names.streams),
    utilization: gauge(names.utilization),
    sinkFiles: gauge(names.sinkFiles),
    rotationsByContainer:
      names.rotations === null ? null : sumByLabel(samples, names.rotations, names.containerLabel),
    deadlineErrors:
      names.deadlineErrors.length === 0
        ? null
        : names.deadlineErrors.reduce((sum, selector) => sum + (sumOf(samples, selector) ?? 0), 0),
  }
}

/** Nothing is known. */
export const SILENT_SUBJECT: SubjectSample = {
  tasks: null,
  streams: null,
  utilization: null,
  rotationsByContainer: null,
  deadlineErrors: null,
  sinkFiles: null,
}

/** GETs a text; `null` when it cannot be had within `timeoutMs`, or the status is not 2xx. */
export async function getText(url: string, timeoutMs: number): Promise<string | null> {
  try {
    const reply = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) })
    const text = await reply.text()
    return reply.ok ? text : null
  } catch {
    return null
  }
}
