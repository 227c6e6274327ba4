import type { LineCounts } from '../audit/line-audit.ts'
import type { Column, Observations, Series } from '../observations.ts'
import type { Operation, OperationKind } from '../operator/operation.ts'
import { lastsSeconds, type Criterion, type Disturbance } from '../phase.ts'
import { firstAndLast, growthOf, maximum, median, totalGrowth, type Growth } from './growth.ts'

/** Tasks must not grow by `limit` or more in a phase minute. */
export function taskGrowthPerMinute(limit: number): Criterion {
  return {
    id: 'task-growth',
    description: 'growth of tasks',
    comparator: '<',
    limit,
    unit: 'tasks/min',
    measure: ({ series }) => slope(series, series.tasks)?.perMinute ?? null,
    interval: ({ series }) => slope(series, series.tasks)?.interval ?? null,
    evidence: whatIsNew,
  }
}

/** Growth of tasks over the whole phase, spread over its containers. */
export function taskGrowthPerContainer(limit: number): Criterion {
  return {
    id: 'task-growth-per-container',
    description: 'growth of tasks in all',
    comparator: '<=',
    limit,
    unit: 'tasks/container',
    measure: ({ series, containers }) =>
      whenSeen(series.tasks, (tasks) => divide(totalGrowth(tasks), containers)),
    evidence: whatIsNew,
  }
}

export function tasksBelow(limit: number): Criterion {
  return {
    id: 'tasks',
    description: 'most tasks alive at once',
    comparator: '<',
    limit,
    unit: 'tasks',
    measure: ({ series }) => whenSeen(series.tasks, maximum),
  }
}

/** Every container must have at least `limit` rotations; handing a slot over counts as one. */
export function rotationsOfEach(limit: number): Criterion {
  return {
    id: 'rotations-each',
    description: 'fewest rotations of any container',
    comparator: '>=',
    limit,
    unit: 'rotations',
    measure: ({ rotationsByContainer: rotations }) =>
      rotations === null ? null : Math.min(...rotations.values()),
    evidence: ({ rotationsByContainer: rotations }) =>
      [...(rotations ?? [])]
        .filter(([, count]) => count < limit)
        .slice(0, NAMED_CONTAINERS)
        .map(([name, count]) => `${name} rotated ${count} times`),
  }
}

/**
 * Rotations of a subject that does not count them, as its engine sees them: of the connections that were open when the clock started not as many may be
 * left as there are containers. One or two others, such as that for events, are nobody's stream.
 */
export const connectionsChange: Criterion = {
  id: 'lasting-connections',
  description: 'connections to the engine held from start to end',
  comparator: '<',
  limit: 1,
  unit: 'connections/container',
  measure: ({ rotationsByContainer, lastingConnections, containers }) =>
    rotationsByContainer === null ? divide(lastingConnections, containers) : null,
  evidence: ({ lastingConnections, containers }) => [
    `${lastingConnections} connections for ${containers} containers were never replaced: their streams were not rotated`,
  ],
}

/** The phase did what it says: it disturbed the subject so many times. */
export function disturbed(limit: number): Criterion {
  return {
    id: 'disturbances',
    description: 'disturbances played',
    comparator: '=',
    limit,
    unit: 'disturbances',
    measure: ({ disturbances }) => disturbances,
  }
}

/** The phase did what it says: each container that ends by itself was started again so often. */
export function livesOfEach(limit: number): Criterion {
  return {
    id: 'lives',
    description: 'fewest lives of any container that ends by itself',
    comparator: '>=',
    limit,
    unit: 'lives',
    measure: ({ livesOfEach: lives }) => (lives.size === 0 ? null : Math.min(...lives.values())),
    evidence: ({ livesOfEach: lives }) =>
      [...lives].map(([name, count]) => `${name} was started ${count} times`),
  }
}

/** It never has more descriptors than it may. */
export function descriptorsAtMost(limit: number): Criterion {
  return {
    id: 'descriptors',
    description: 'most descriptors open at once',
    comparator: '<=',
    limit,
    unit: 'descriptors',
    measure: ({ series }) => whenSeen(series.fds, maximum),
    evidence: (seen) => descriptorsByKind(seen),
  }
}

/** The operator did what the phase says, so many times; and was answered. */
export function operated(limit: number): Criterion {
  return {
    id: 'operations',
    description: 'operations over the API that were answered as they should be',
    comparator: '=',
    limit,
    unit: 'operations',
    measure: ({ operations }) =>
      operations === null ? null : operations.filter(({ problems }) => problems.length === 0).length,
    evidence: ({ operations }) =>
      (operations ?? []).flatMap(({ problems }) => problems).slice(0, NAMED_PROBLEMS),
  }
}

/** While the container monitor is stopped, nothing is left of what it had to the engine. */
export const noConnectionsAfterStop: Criterion = {
  id: 'connections-after-stop',
  description: 'most connections to the engine left after a stop of the container monitor',
  comparator: '=',
  limit: 0,
  unit: 'connections',
  measure: ({ operations }) =>
    mostOf(operations, 'cycle-container-monitor', ({ connections }) => connections),
}

/** Each time a monitor is stopped there is as much left as the times before: the tasks of one run do not outlive it. */
export const tasksBackToBaseline: Criterion = {
  id: 'baseline-tasks',
  description: 'growth of tasks from one stop of a monitor to the last',
  comparator: '<',
  limit: 1,
  unit: 'tasks',
  measure: ({ operations }) => growthOverCycles(operations, ({ tasks }) => tasks),
}

/** The same for descriptors. */
export const descriptorsBackToBaseline: Criterion = {
  id: 'baseline-descriptors',
  description: 'growth of open descriptors from one stop of a monitor to the last',
  comparator: '<',
  limit: 1,
  unit: 'descriptors',
  measure: ({ operations }) => growthOverCycles(operations, ({ fds }) => fds),
}

/** With more names than the sink may have files open, it has no more than that open. */
export function sinkFilesAtMost(limit: number): Criterion {
  return {
    id: 'sink-files',
    description: 'most log files open at once',
    comparator: '<=',
    limit,
    unit: 'files',
    measure: ({ operations }) => mostOf(operations, 'push-names', ({ sinkFiles }) => sinkFiles),
  }
}

/** Told to end with lines in flight, it ends in time. That none of them is lost is asked by {@link ALWAYS}. */
export const endsWithLinesInFlight: Criterion = {
  id: 'stop-in-flight',
  description: 'longest time to stop with lines in flight',
  comparator: '<',
  limit: 15,
  unit: 's',
  measure: ({ operations }) => mostOf(operations, 'stop-in-flight', ({ stopSeconds }) => stopSeconds),
}

/** Resident memory of all of the subject's processes, over the whole phase. A garbage collector keeps what it may need again: less than so much says nothing. */
export function memoryGrowth(limit: number): Criterion {
  return {
    id: 'memory-growth',
    description: 'growth of memory in all',
    comparator: '<',
    limit,
    unit: 'MiB',
    measure: ({ series }) =>
      divide(
        whenSeen(series.rssBytes, (bytes) => totalGrowth(bytes, 3)),
        2 ** 20,
      ),
  }
}

/** The same load must not cost more and more: processor time of the last third of the phase, for each second of the middle one. */
export const cpuSteady: Criterion = {
  id: 'cpu-rise',
  description: 'processor time of the last third of the phase, of the middle third',
  comparator: '<',
  limit: 1.5,
  unit: 'times',
  measure: ({ series }) => whenSeen(series.cpuSeconds, lastThirdToMiddle),
}

function lastThirdToMiddle(column: Column): number | null {
  const spent = addedUp(column)
  const at = (share: number): number => spent[Math.round((spent.length - 1) * share)] ?? 0
  const [middle, last, end] = [at(1 / 3), at(2 / 3), at(1)]
  return last > middle ? (end - last) / (last - middle) : null
}

/** Over all its processes, one after the other: where the figure falls another one began. */
function addedUp(column: Column): number[] {
  let before = 0
  let sum = 0
  return column.map((figure) => {
    if (figure === null) return sum
    sum += figure >= before ? figure - before : figure
    before = figure
    return sum
  })
}

/** Told to end at any moment of the phase, it ends in time. */
export const stopsAtAnyMoment: Criterion = {
  id: 'stop-meanwhile',
  description: 'longest time to stop in the middle of the phase',
  comparator: '<',
  limit: 10,
  unit: 's',
  measure: ({ restarts }) => maximum(restarts),
}

/** What the sink was shipped is held to the same as the files. */
export const SHIPPED: readonly Criterion[] = [
  shippedCriterion('missing', 'lines that never came to the sink'),
  shippedCriterion('duplicated', 'lines that the sink stored more than once'),
]

function shippedCriterion(what: 'missing' | 'duplicated', description: string): Criterion {
  return {
    id: `shipped-${what}`,
    description,
    comparator: '=',
    limit: 0,
    unit: 'lines',
    measure: ({ shipped }) => shipped && shipped[what],
    evidence: ({ shipped }) => [...(shipped?.examples ?? [])],
  }
}

type Operations = readonly Operation[] | null

/** `null` when it was seen of none of them. */
function mostOf(
  operations: Operations,
  kind: OperationKind,
  figure: (operation: Operation) => number | null,
): number | null {
  return maximum((operations ?? []).filter((operation) => operation.kind === kind).map(figure))
}

/** Of the monitor of which it grew most. */
function growthOverCycles(
  operations: Operations,
  figure: (operation: Operation) => number | null,
): number | null {
  const byKind = Map.groupBy(operations ?? [], ({ kind }) => kind)
  const cycles = (['cycle-container-monitor', 'cycle-file-monitor'] as const).map((kind) =>
    totalGrowth((byKind.get(kind) ?? []).map(figure), 3),
  )
  return maximum(cycles)
}

/** At least one rotation, of all processes of the subject that followed one another. */
export const someRotations: Criterion = {
  id: 'rotations',
  description: 'rotations in all',
  comparator: '>',
  limit: 0,
  unit: 'rotations',
  measure: ({ rotationsByContainer, series }) => {
    if (rotationsByContainer === null) return null
    const ofTheLast = [...rotationsByContainer.values()].reduce((sum, count) => sum + count, 0)
    return Math.max(ofTheLast, addedUp(series.rotations ?? []).at(-1) ?? 0)
  },
}

/** At half of the samples or more, every slot of the pool is taken. */
export function poolSaturated(slots: number): Criterion {
  return {
    id: 'pool-saturated',
    description: `slots in use, of ${slots}`,
    comparator: '=',
    limit: slots,
    unit: 'slots',
    measure: ({ series }) =>
      whenSeen(series.utilization, (utilization) => {
        const share = median(utilization)
        return share === null ? null : Math.round(share * slots)
      }),
  }
}

/** Descriptors must not grow by `limit` or more over the whole phase. */
export function descriptorGrowth(limit: number): Criterion {
  return {
    id: 'descriptor-growth',
    description: 'growth of open descriptors in all',
    comparator: '<',
    limit,
    unit: 'descriptors',
    measure: ({ series }) => whenSeen(series.fds, totalGrowth),
    evidence: (seen) => [...descriptorsByKind(seen), ...whatIsNew(seen)],
  }
}

export function descriptorGrowthPerMinute(limit: number): Criterion {
  return {
    id: 'descriptor-growth-rate',
    description: 'growth of open descriptors',
    comparator: '<',
    limit,
    unit: 'descriptors/min',
    measure: ({ series }) => slope(series, series.fds)?.perMinute ?? null,
    interval: ({ series }) => slope(series, series.fds)?.interval ?? null,
    evidence: (seen) => [...descriptorsByKind(seen), ...whatIsNew(seen)],
  }
}

/** Every answer of the health check was good. */
export const alwaysHealthy: Criterion = {
  id: 'health',
  description: 'health checks that were not good',
  comparator: '=',
  limit: 0,
  unit: 'checks',
  measure: ({ series }) =>
    whenSeen(series.healthy, (healthy) => healthy.filter((value) => value !== 1).length),
}

/** While each of these disturbances lasted, health was not good at least once. */
export function healthTells(disturbances: readonly Disturbance[]): Criterion {
  return {
    id: 'health-tells',
    description: 'disturbances of which health told',
    comparator: '=',
    limit: disturbances.length,
    unit: 'disturbances',
    measure: ({ series: { healthy, t } }) =>
      whenSeen(healthy, (column) => disturbances.filter((each) => isTold(each, t, column)).length),
  }
}

function isTold({ kind, atSeconds }: Disturbance, t: readonly number[], healthy: Column): boolean {
  const toSeconds = atSeconds + lastsSeconds(kind)
  return t.some((at, index) => at >= atSeconds && at <= toSeconds && healthy[index] === 0)
}

export const noDeadlineErrors: Criterion = {
  id: 'deadline-errors',
  description: 'deadlines missed',
  comparator: '=',
  limit: 0,
  unit: 'errors',
  measure: ({ deadlineErrors }) => deadlineErrors,
}

/**
 * The engine must not be left with as much as one more for each container: a stream that was not given back keeps a connection and some tasks in it.
 * Thirds, because an engine that follows the rotations of one container is never at rest for long.
 */
function engineGrowth(id: string, things: string, columnOf: (series: Series) => Column | null): Criterion {
  return {
    id,
    description: `growth of the engine's ${things}`,
    comparator: '<',
    limit: 1,
    unit: `${things}/container`,
    measure: ({ series, containers, engineIsExclusive }) =>
      whenSeen(engineIsExclusive ? columnOf(series) : null, (column) =>
        divide(totalGrowth(column, 3), containers),
      ),
    evidence: ({ series }) => {
      const ends = firstAndLast(columnOf(series) ?? [])
      return ends === null ? [] : [`${things} of the engine: ${endsText(ends)}`]
    },
  }
}

/** What holds in every phase: every line once and in order, no invariant broken, nothing left in the engine, and an end when asked for one. */
export const ALWAYS: readonly Criterion[] = [
  lineCriterion('missing', 'lines that never arrived'),
  lineCriterion('duplicated', 'lines that arrived more than once'),
  lineCriterion('outOfOrder', 'lines that arrived after a later one'),
  lineCriterion('unexpected', 'lines that nobody wrote'),
  {
    id: 'invariants',
    description: 'invariants broken',
    comparator: '=',
    limit: 0,
    unit: 'violations',
    measure: ({ violations }) => violations.length,
    evidence: ({ violations }) => [...violations],
  },
  {
    id: 'subject',
    description: 'failures of the subject as a program',
    comparator: '=',
    limit: 0,
    unit: 'failures',
    measure: ({ subjectProblems }) => subjectProblems.length,
    evidence: ({ subjectProblems }) => [...subjectProblems],
  },
  engineGrowth('engine-descriptors', 'descriptors', ({ engineFds }) => engineFds),
  engineGrowth('engine-tasks', 'tasks', ({ engineTasks }) => engineTasks),
  {
    id: 'stop',
    description: 'time to stop',
    comparator: '<',
    limit: 10,
    unit: 's',
    measure: ({ stop }) => stop.seconds,
  },
]

function lineCriterion(
  what: 'missing' | 'duplicated' | 'outOfOrder' | 'unexpected',
  description: string,
): Criterion {
  return {
    id: what === 'outOfOrder' ? 'out-of-order' : what,
    description,
    comparator: '=',
    limit: 0,
    unit: 'lines',
    measure: ({ lines }) => lines[what],
    evidence: ({ lines }) => [...(what === 'missing' ? readOrNot(lines) : []), ...lines.examples],
  }
}

/** Whether what is missing had come to the subject. */
function readOrNot({ missing, missingRead }: LineCounts): string[] {
  if (missingRead === null) return []
  return [
    `${missingRead} of the missing lines were sent to the subject and not delivered, ${missing - missingRead} were never read`,
  ]
}

function whatIsNew({ newlyOpen }: Observations): string[] {
  return newlyOpen.map((what) => `open at the end and not at the start: ${what}`)
}

/** Names each kind of descriptor with its count and its growth, the one that grew most first. */
function descriptorsByKind({ series }: Observations): string[] {
  return Object.entries(series.fdsByKind ?? {})
    .flatMap(([kind, column]) => {
      const ends = firstAndLast(column)
      return ends === null ? [] : [{ kind, ends, growth: ends.last - ends.first }]
    })
    .toSorted((a, b) => b.growth - a.growth)
    .map(({ kind, ends }) => `${kind}: ${endsText(ends)}`)
}

function endsText({ first, last }: { first: number; last: number }): string {
  return `${first} -> ${last} (${signed(last - first)})`
}

function slope({ t }: Series, column: Column | null): Growth | null {
  return column && growthOf(t, column)
}

function whenSeen<T>(column: Column | null, measure: (column: Column) => T): T | null {
  return column === null ? null : measure(column)
}

function divide(value: number | null, by: number): number | null {
  return value === null ? null : value / by
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value)
}

const NAMED_CONTAINERS = 5
const NAMED_PROBLEMS = 5
