import { ANOMALY_KINDS, type AnomalyKind, type Finding } from '../../reference/anomalies/anomaly.ts'
import { AnomalyList } from '../../reference/anomalies/anomaly-list.ts'
import { Detector } from '../../reference/anomalies/detector.ts'
import { completeConfig } from '../../reference/config/complete-config.ts'
import type { Block, Source } from '../../reference/dispatch/block.ts'
import { SeededRandom } from '../../simulators/world/seeded-random.ts'
import { MINUTES_A_DAY, SOURCES, type Label, type LabelledSource, type LineKind } from './labelled-source.ts'
import { labelsOf, newLine, type PlacedLabel } from './labels.ts'

/** Days without labels first, from which everything is learnt. */
export const LEARNING_DAYS = 3
export const LABELLED_DAYS = 1

/** How well labels of one description, or of one kind, were found. */
export interface Score {
  readonly labels: number
  readonly found: number
}

/** The same of findings: how many there were, and how many were right. */
export interface KindScore extends Score {
  readonly findings: number
  readonly right: number
}

export interface Accuracy {
  readonly seed: number
  readonly lines: number
  /** By kind: findings, those among them that belong to a label of that kind, labels, and those among them that were found. */
  readonly kinds: Readonly<Record<AnomalyKind, KindScore>>
  /** By what the labels are. */
  readonly labels: ReadonlyMap<string, Score>
  /** Findings that belong to no label, a phrase each. */
  readonly wrong: readonly string[]
}

interface Told extends Finding {
  readonly minute: number
}

/** The detector with its defaults on days that are drawn by the seed; what it finds is held against the labels. */
export function evaluate(seed: number): Accuracy {
  const random = new SeededRandom(seed)
  const days = Array.from({ length: LABELLED_DAYS }, (_, index) => LEARNING_DAYS + index)
  const labels = days.flatMap((day) => labelsOf(day, random.fork(`day ${day}`)))
  const { told, lines } = run(random, labels)
  return {
    seed,
    lines,
    ...held(
      labels,
      told.filter(({ minute }) => minute >= LEARNING_DAYS * MINUTES_A_DAY),
    ),
  }
}

function run(random: SeededRandom, labels: readonly PlacedLabel[]): { told: Told[]; lines: number } {
  const told: Told[] = []
  const list = new AnomalyList()
  const detector = new Detector(completeConfig({}).anomaly, {
    found: (finding, atMs) => {
      if (list.note(finding, atMs) !== null) told.push({ ...finding, minute: (atMs - START_MS) / MINUTE_MS })
    },
    usual: (source, aspect) => list.over(source, aspect),
    mined: () => {},
    skipped: () => {},
    late: () => {},
    evicted: () => {},
    trained: () => {},
  })
  const writers = SOURCES.map((source) => new Writer(source, labels, random.fork(source.name)))
  let lines = 0
  for (let minute = 0; minute < (LEARNING_DAYS + LABELLED_DAYS) * MINUTES_A_DAY; minute++) {
    const nowMs = START_MS + (minute + 1) * MINUTE_MS
    for (const writer of writers) {
      const block = writer.minute(minute)
      lines += block.ends.length
      detector.observe(block, nowMs - 1)
      detector.allowance.renew()
    }
    for (const work of [detector.mine(nowMs), detector.judge(nowMs, true), detector.train(nowMs)])
      work.toArray()
  }
  return { told, lines }
}

/** Writes what a source writes, with what its labels do to that. */
class Writer {
  readonly #source: LabelledSource
  readonly #labels: readonly PlacedLabel[]
  readonly #random: SeededRandom
  readonly #asSource: Source
  #startMinute = 0

  constructor(source: LabelledSource, labels: readonly PlacedLabel[], random: SeededRandom) {
    this.#source = source
    this.#labels = labels.filter((label) => label.source === source.name)
    this.#random = random
    this.#asSource = { id: source.name, kind: 'container', name: source.name, attributes: {} }
  }

  minute(minute: number): Block {
    const { rate, spread, lines, peaks = 0, start = [] } = this.#source
    const label = this.#labels.find(({ fromMinute, toMinute }) => minute >= fromMinute && minute < toMinute)
    const peak = this.#random.chance(peaks / 100) ? 4 : 1
    const usual = rate(minute) * Math.exp(spread * this.#normal()) * peak
    const count = this.#poisson(label?.trouble.rate?.(usual) ?? usual)
    const kinds = label?.trouble.lines?.(lines(minute)) ?? lines(minute)
    const texts = Array.from({ length: count }, () => this.#kind(kinds).write(this.#random))
    if (minute % MINUTES_A_DAY === 0) this.#startMinute = minute + this.#random.integer(0, MINUTES_A_DAY - 1)
    if (minute === this.#startMinute) texts.push(...start)
    if (label !== undefined && minute === label.fromMinute)
      for (let n = 0; n < (label.trouble.newLines ?? 0); n++)
        texts.push(newLine(label, this.#labels.indexOf(label)))
    return this.#block(minute, texts)
  }

  #kind(kinds: readonly LineKind[]): LineKind {
    let at = this.#random.between(
      0,
      kinds.reduce((sum, { weight }) => sum + weight, 0),
    )
    return kinds.find(({ weight }) => (at -= weight) < 0) ?? kinds[0]!
  }

  #normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#random.next())) * Math.cos(2 * Math.PI * this.#random.next())
  }

  #poisson(mean: number): number {
    let count = 0
    for (
      let left = Math.exp(-mean) > 0 ? Math.exp(-mean) : Number.MIN_VALUE, product = this.#random.next();
      product > left;
      product *= this.#random.next()
    )
      count += 1
    return count
  }

  #block(minute: number, texts: readonly string[]): Block {
    let end = 0
    const bytes = encoder.encode(texts.map((text) => `${text}\n`).join(''))
    const stamp = BigInt(START_MS + minute * MINUTE_MS + MINUTE_MS / 2) * 1_000_000n
    return {
      source: this.#asSource,
      bytes,
      ends: Uint32Array.from(texts, (text) => (end += text.length + 1)),
      streams: new Uint8Array(texts.length).fill(1),
      times: new BigInt64Array(texts.length).fill(stamp),
      epoch: 0,
      firstRecord: 0,
      position: { epoch: 0, records: 0, toJSON: () => null },
    }
  }
}

function held(labels: readonly Label[], told: readonly Told[]): Pick<Accuracy, 'kinds' | 'labels' | 'wrong'> {
  const isOf = (finding: Told, label: Label): boolean =>
    finding.kind === label.kind &&
    finding.source.name === label.source &&
    finding.minute > label.fromMinute &&
    finding.minute <= label.toMinute + LATE_MINUTES[label.kind]
  const isFound = (label: Label): boolean => told.some((finding) => isOf(finding, label))
  const isRight = (finding: Told): boolean => labels.some((label) => isOf(finding, label))
  const scoreOf = (some: readonly Label[]): Score => ({
    labels: some.length,
    found: some.filter(isFound).length,
  })
  const kinds = ANOMALY_KINDS.map((kind) => {
    const findings = told.filter((finding) => finding.kind === kind)
    const own = scoreOf(labels.filter((label) => label.kind === kind))
    return [kind, { ...own, findings: findings.length, right: findings.filter(isRight).length }] as const
  })
  const groups = Map.groupBy(labels, ({ description }) => description)
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one for each kind
    kinds: Object.fromEntries(kinds) as Accuracy['kinds'],
    labels: new Map(Array.from(groups, ([description, some]) => [description, scoreOf(some)])),
    wrong: told
      .filter((finding) => !isRight(finding))
      .map(
        ({ kind, source, minute, templates }) =>
          `${kind} of ${source.name} in minute ${minute}: ${templates[0]?.template ?? ''}`,
      ),
  }
}

/** A Monday. */
const START_MS = Date.UTC(2026, 0, 5)
const MINUTE_MS = 60_000
/** How long after its end a label may be found: a window is judged after two, a mix with the next training. */
const LATE_MINUTES: Readonly<Record<AnomalyKind, number>> = {
  rate_high: 3,
  rate_low: 3,
  new_template: 2,
  mix_shift: 11,
}
const encoder = new TextEncoder()
