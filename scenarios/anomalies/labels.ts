import type { AnomalyKind } from '../../reference/anomalies/anomaly.ts'
import type { SeededRandom } from '../../simulators/world/seeded-random.ts'
import {
  MINUTES_A_DAY,
  NIGHT,
  SOURCES,
  timedOut,
  type Label,
  type LabelledSource,
  type LineKind,
} from './labelled-source.ts'

/** A kind of unusual behaviour: what it does to a source while it lasts. */
interface Trouble {
  readonly kind: AnomalyKind
  readonly description: string
  readonly minutes: number
  readonly sources: readonly string[]
  readonly rate?: (usual: number) => number
  readonly lines?: (usual: readonly LineKind[]) => readonly LineKind[]
  /** Lines of a kind that never came before, in its first minute. */
  readonly newLines?: number
}

const failure: LineKind = { weight: 43, write: timedOut.write }
const panics = [
  'panic: runtime error: index out of range in handler',
  'FATAL: could not write block to relation, no space left on device',
  'out of memory: killed process and its children',
  'certificate of the upstream has expired, refusing to connect',
  'segmentation fault, dumping core for later',
]

const TROUBLES: readonly Trouble[] = [
  {
    kind: 'rate_high',
    description: 'five times as many lines, for 10 min',
    minutes: 10,
    sources: ['web', 'api', 'database', 'nightly', 'gateway', 'chat'],
    rate: (usual) => usual * 5,
  },
  {
    kind: 'rate_high',
    description: 'twice as many lines, for 20 min',
    minutes: 20,
    sources: ['web', 'database', 'chat'],
    rate: (usual) => usual * 2,
  },
  {
    kind: 'rate_low',
    description: 'silence, for 15 min',
    minutes: 15,
    sources: ['web', 'api', 'database', 'gateway', 'chat'],
    rate: () => 0,
  },
  {
    kind: 'rate_low',
    description: 'a third of the lines, for 20 min',
    minutes: 20,
    sources: ['web', 'api', 'chat'],
    rate: (usual) => usual / 3,
  },
  {
    kind: 'new_template',
    description: 'one line of a new kind',
    minutes: 1,
    sources: ['web', 'api', 'worker', 'database', 'nightly', 'chat'],
    newLines: 1,
  },
  {
    kind: 'mix_shift',
    description: 'failures are 30 in 100 lines and not 1, for 30 min',
    minutes: 30,
    sources: ['web'],
    lines: (usual) => [...usual.filter(({ write }) => write !== timedOut.write), failure],
  },
  {
    kind: 'mix_shift',
    description: 'warnings are 20 in 100 lines and not 4, for 30 min',
    minutes: 30,
    sources: ['api'],
    lines: (usual) => usual.map((each) => (each.weight === 4 ? { ...each, weight: 24 } : each)),
  },
]

const MISSING_COPY = 'the nightly copy does not happen'

/** A label with what it does. */
export interface PlacedLabel extends Label {
  readonly trouble: Pick<Trouble, 'rate' | 'lines' | 'newLines'>
}

/**
 * Labels on a day, drawn by the seed: each trouble once for each of its sources, with an hour and a half between those of one source. The nightly copy is missing.
 */
export function labelsOf(day: number, random: SeededRandom): PlacedLabel[] {
  const begin = day * MINUTES_A_DAY
  return SOURCES.flatMap((source) => {
    const troubles = TROUBLES.filter(({ sources }) => sources.includes(source.name))
    const shuffled = troubles
      .map((trouble) => ({ trouble, order: random.next() }))
      .toSorted((a, b) => a.order - b.order)
    const first = NIGHT.toMinute + APART_MINUTES
    const room = (MINUTES_A_DAY - first - APART_MINUTES) / Math.max(1, troubles.length)
    const placed = shuffled.map(({ trouble }, index) => {
      const { kind, description, minutes } = trouble
      const slack = Math.max(0, room - APART_MINUTES - minutes)
      const fromMinute = begin + Math.floor(first + index * room + random.between(0, slack))
      return { kind, description, source: source.name, fromMinute, toMinute: fromMinute + minutes, trouble }
    })
    return source.name === 'nightly' ? [missingCopy(source, begin), ...placed] : placed
  })
}

function missingCopy({ name, rate, lines }: LabelledSource, begin: number): PlacedLabel {
  return {
    kind: 'rate_low',
    description: MISSING_COPY,
    source: name,
    fromMinute: begin + NIGHT.fromMinute,
    toMinute: begin + NIGHT.toMinute,
    trouble: { rate: () => rate(0), lines: () => lines(0) },
  }
}

/** A line of a kind that no source writes otherwise; each label of a source has another. */
export function newLine(label: Label, index: number): string {
  return `${panics[index % panics.length]!} [${label.source}]`
}

const APART_MINUTES = 90
