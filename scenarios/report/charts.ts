import { firstAndLast, growthOf, median } from '../criteria/growth.ts'
import type { Column } from '../observations.ts'
import type { RunResult } from './run-result.ts'

/** What is plotted of one run, or of several on top of one another. Times are phase seconds. */
export interface Chart {
  readonly title: string
  /** Of the vertical axis; empty for counts. */
  readonly unit: string
  readonly curves: readonly Curve[]
  readonly limits: readonly Limit[]
  readonly bands: readonly Band[]
}

export interface Curve {
  readonly label: string
  readonly t: readonly number[]
  readonly values: Column
  /** Curves of one lane have one colour; default one for each curve. */
  readonly lane?: number
}

/** One of several runs in a chart. */
export interface ChartedRun {
  readonly run: RunResult
  readonly label: string
  readonly lane: number
}

/** A straight line that must not be crossed, from one point to another. */
export interface Limit {
  readonly label: string
  readonly from: readonly [t: number, value: number]
  readonly to: readonly [t: number, value: number]
}

/** A time during which something was wrong. What was over at once begins and ends at the same moment. */
export interface Band {
  readonly label: string
  readonly from: number
  readonly to: number
  /** `fault`: it was ordered; `unhealthy`: the subject said that it is not well. */
  readonly kind: 'fault' | 'unhealthy'
}

/** Everything that was sampled of a run, with the limits of its criteria and the faults that were played. */
export function chartsOf(run: RunResult): Chart[] {
  const bands = bandsOf(run)
  return FIGURES.flatMap(({ title, unit, curves, limits = () => [] }) => {
    const found = curvesOf(run, curves)
    return found.length === 0 ? [] : [{ title, unit, curves: found, limits: limits(run), bands }]
  })
}

/** What was sampled of several runs, one figure of all of them in each chart. */
export function comparedCharts(runs: readonly ChartedRun[]): Chart[] {
  return FIGURES.flatMap(({ title, unit, curves }) => {
    const found = runs.flatMap(({ run, label, lane }) => {
      const [main] = curvesOf(run, curves)
      return main === undefined ? [] : [{ ...main, label, lane, figure: main.label }]
    })
    const figure = found[0]?.figure ?? title
    const heading = title.includes(figure) ? title : `${title}: ${figure}`
    return found.length < 2 ? [] : [{ title: heading, unit, curves: found, limits: [], bands: [] }]
  })
}

type Columns = (run: RunResult) => readonly (readonly [label: string, column: Column | null])[]

interface Figure {
  readonly title: string
  readonly unit: string
  /** The first is the one that runs are compared by. */
  readonly curves: Columns
  readonly limits?: (run: RunResult) => Limit[]
}

function curvesOf(run: RunResult, columns: Columns): Curve[] {
  const { t } = run.series
  return columns(run).flatMap(([label, values]) =>
    values === null || values.every((value) => value === null) ? [] : [{ label, t, values }],
  )
}

const FIGURES: readonly Figure[] = [
  {
    title: 'tasks',
    unit: '',
    curves: ({ series }) => [['tasks', series.tasks]],
    limits: (run) => [
      ...level(run, 'tasks', (limit) => limit),
      ...slope(run, 'task-growth', run.series.tasks),
      ...aboveStart(run, 'task-growth-per-container', run.series.tasks, run.setup.containers),
    ],
  },
  {
    title: 'descriptors',
    unit: '',
    curves: ({ series }) => [
      ['all', series.fds],
      ...Object.entries(series.fdsByKind ?? {}).filter(([, column]) => column.some((value) => value !== 0)),
    ],
    limits: (run) => [
      ...aboveStart(run, 'descriptor-growth', run.series.fds, 1),
      ...slope(run, 'descriptor-growth-rate', run.series.fds),
    ],
  },
  {
    title: 'resident memory',
    unit: 'MiB',
    curves: ({ series }) => [['memory', scaled(series.rssBytes, 2 ** -20)]],
  },
  {
    title: 'open streams',
    unit: '',
    curves: ({ series }) => [
      ['streams', series.streams],
      ['connections to the engine', series.connections],
    ],
    limits: (run) =>
      run.setup.slots === 0 || run.setup.containers < run.setup.slots
        ? []
        : [across(run, `${run.setup.slots} slots`, run.setup.slots)],
  },
  {
    title: 'rotations so far',
    unit: '',
    curves: ({ series }) => [['rotations', series.rotations]],
    limits: (run) =>
      level(
        run,
        'rotations-each',
        (limit) => limit * run.setup.containers,
        (limit) => `${limit} of each container`,
      ),
  },
  {
    title: 'from written to delivered',
    unit: 'ms',
    curves: ({ series }) => [
      ['p99', series.delayP99Ms],
      ['p50', series.delayP50Ms],
    ],
  },
  {
    title: 'processor',
    unit: '% of one',
    curves: (run) => [['processor', processorShare(run)]],
  },
  {
    title: 'threads and processes',
    unit: '',
    curves: ({ series }) => [
      ['threads', series.threads],
      ['processes', series.processes],
    ],
  },
  {
    title: "the engine's descriptors",
    unit: '',
    curves: ({ series }) => [['descriptors', series.engineFds]],
    limits: (run) => aboveStart(run, 'engine-descriptors', run.series.engineFds, run.setup.containers),
  },
  {
    title: "the engine's tasks",
    unit: '',
    curves: ({ series }) => [['tasks', series.engineTasks]],
    limits: (run) => aboveStart(run, 'engine-tasks', run.series.engineTasks, run.setup.containers),
  },
]

/** A limit of the figure itself. */
function level(
  run: RunResult,
  id: string,
  valueOf: (limit: number) => number,
  labelOf: (limit: number, unit: string) => string = (limit, unit) => `${limit} ${unit}`,
): Limit[] {
  const criterion = run.criteria.find((candidate) => candidate.id === id)
  if (criterion === undefined) return []
  return [across(run, labelOf(criterion.limit, criterion.unit), valueOf(criterion.limit))]
}

/** A limit of growth in all: so much above where it began. */
function aboveStart(run: RunResult, id: string, column: Column | null, times: number): Limit[] {
  const criterion = run.criteria.find((candidate) => candidate.id === id)
  const start = column && median(column.slice(0, Math.max(1, Math.floor(column.length / 10))))
  if (criterion === undefined || start === null) return []
  return [across(run, `+${criterion.limit} ${criterion.unit}`, start + criterion.limit * times)]
}

/** A limit of growth per minute: from where the growth that was found begins. */
function slope(run: RunResult, id: string, column: Column | null): Limit[] {
  const criterion = run.criteria.find((candidate) => candidate.id === id)
  const growth = column && growthOf(run.series.t, column)
  const ends = firstAndLast(run.series.t)
  if (criterion === undefined || growth === null || ends === null) return []
  const start = growth.valueAt(ends.first)
  const end = start + (criterion.limit * (ends.last - ends.first)) / 60
  return [{ label: `+${criterion.limit} ${criterion.unit}`, from: [ends.first, start], to: [ends.last, end] }]
}

function across({ series }: RunResult, label: string, value: number): Limit {
  const ends = firstAndLast(series.t) ?? { first: 0, last: 0 }
  return { label, from: [ends.first, value], to: [ends.last, value] }
}

function bandsOf({ faults, series, setup }: RunResult): Band[] {
  const end = series.t.at(-1) ?? setup.phaseSeconds
  const ordered = faults.map(({ name, fromSeconds, toSeconds }): Band => {
    return { label: name, from: fromSeconds, to: toSeconds ?? end, kind: 'fault' }
  })
  return [...ordered, ...unhealthyBands(series.t, series.healthy ?? [])]
}

function unhealthyBands(t: readonly number[], healthy: Column): Band[] {
  const bands: Band[] = []
  for (const [index, value] of healthy.entries()) {
    if (value !== 0) continue
    let last = index
    while (healthy[last + 1] === 0) last += 1
    if (healthy[index - 1] !== 0)
      bands.push({ label: 'not healthy', from: t[index]!, to: t[last]!, kind: 'unhealthy' })
  }
  return bands
}

/** Of one processor, between one sample and the next. Compression lets more happen in a second; it is seconds of the machine that count. */
function processorShare({ series, compress }: RunResult): Column | null {
  const { t, cpuSeconds } = series
  return (
    cpuSeconds &&
    cpuSeconds.map((value, index) => {
      const before = cpuSeconds[index - 1] ?? null
      const seconds = (t[index]! - (t[index - 1] ?? 0)) / compress
      // Who was started again begins at nothing.
      if (value === null || before === null || value < before || seconds <= 0) return null
      return (100 * (value - before)) / seconds
    })
  )
}

function scaled(column: Column | null, factor: number): Column | null {
  return column && column.map((value) => (value === null ? null : value * factor))
}
