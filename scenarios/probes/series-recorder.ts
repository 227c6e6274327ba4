import type { Column, Series } from '../observations.ts'

/** One moment of a run. What is not known is left out or `null`. */
export interface SeriesRow {
  /** Phase seconds since the clock started. */
  readonly t: number
  readonly tasks?: number | null
  readonly fds?: number | null
  readonly rssBytes?: number | null
  readonly streams?: number | null
  readonly rotations?: number | null
  readonly engineFds?: number | null
  readonly engineTasks?: number | null
  readonly utilization?: number | null
  readonly threads?: number | null
  readonly cpuSeconds?: number | null
  readonly healthy?: number | null
  readonly processes?: number | null
  readonly connections?: number | null
  readonly fdsByKind?: Readonly<Record<string, number>> | null
}

/** Turns rows into columns. */
export class SeriesRecorder {
  readonly #rows: SeriesRow[] = []

  add(row: SeriesRow): void {
    this.#rows.push(row)
  }

  /** A column of which not one value is known is `null` as a whole. Delays are known only when all is over, and are not among these. */
  series(): Series {
    return {
      t: this.#rows.map((row) => row.t),
      tasks: this.#column('tasks'),
      fds: this.#column('fds'),
      rssBytes: this.#column('rssBytes'),
      streams: this.#column('streams'),
      rotations: this.#column('rotations'),
      engineFds: this.#column('engineFds'),
      engineTasks: this.#column('engineTasks'),
      utilization: this.#column('utilization'),
      threads: this.#column('threads'),
      cpuSeconds: this.#column('cpuSeconds'),
      healthy: this.#column('healthy'),
      processes: this.#column('processes'),
      connections: this.#column('connections'),
      fdsByKind: this.#descriptors(),
      delayP50Ms: null,
      delayP99Ms: null,
    }
  }

  #column(name: Exclude<keyof SeriesRow, 't' | 'fdsByKind'>): Column | null {
    const column = this.#rows.map((row) => row[name] ?? null)
    return column.every((value) => value === null) ? null : column
  }

  /** A kind that a sample does not have stands at 0 there. */
  #descriptors(): Series['fdsByKind'] {
    const kinds = new Set(this.#rows.flatMap((row) => Object.keys(row.fdsByKind ?? {})))
    if (kinds.size === 0) return null
    return Object.fromEntries(
      [...kinds].map((kind) => [
        kind,
        this.#rows.map((row) => (row.fdsByKind ? (row.fdsByKind[kind] ?? 0) : null)),
      ]),
    )
  }
}
