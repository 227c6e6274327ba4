import { mixShift, type MixShift } from './mix-shift.ts'
import { median, robustDeviation, sorted } from '../rates/quantiles.ts'
import type { Template } from './template.ts'
import { TemplateTree } from './template-tree.ts'
import type { Tokens } from './tokens.ts'

export interface ContentModelOptions {
  readonly templatesMax: number
  /** A shift of so many robust deviations beyond what is usual is unusual. */
  readonly threshold: number
}

/** A mix of templates that is unusual. */
export interface MixFinding {
  readonly score: number
  /** Those whose shares changed most. */
  readonly changes: readonly {
    readonly template: Template
    readonly share: number
    readonly usualShare: number
  }[]
}

/** What is kept of it on disk. */
export interface StoredContent {
  readonly trainings: number
  readonly novelty: number
  /** Since the last training: lines, new templates, and how many of those were told. */
  readonly untrained: number
  readonly newOnes: number
  readonly told: number
  /** Of the last trainings, the oldest first. */
  readonly shifts: Float32Array
  readonly templates: readonly Template[]
}

/**
 * Which kinds of lines a source writes, and in which mix.
 *
 * It is trained with 50 lines or more. After three trainings it counts how many of them bring new templates; once that is seldom (fewer than one in ten) the
 * content is settled, and a new template is worth being told, or another mix. How the mix of an interval differs from the usual one ({@link mixShift}) is
 * compared with how it differed in the trainings before.
 */
export class ContentModel {
  readonly #options: ContentModelOptions
  readonly #tree: TemplateTree
  #lines = 0
  #untrained = 0
  #newOnes = 0
  #told = 0
  #trainings = 0
  /** New templates in a training, of late. */
  #novelty = NOVELTY_AT_FIRST
  #shifts: number[] = []

  constructor(options: ContentModelOptions) {
    this.#options = options
    this.#tree = new TemplateTree(options.templatesMax)
  }

  /** Memory of the templates, at most. */
  get bytes(): number {
    return this.#tree.bytes
  }

  /** Whether new templates are seldom. */
  get isSettled(): boolean {
    return this.#trainings > TRAININGS_AT_FIRST && this.#novelty < NOVELTY_MAX
  }

  get templates(): Iterable<Template> {
    return this.#tree
  }

  /** Learns a line. @returns its template where that is new, and worth being told */
  mine(tokens: Tokens, line: Uint8Array): Template | null {
    this.#lines += 1
    this.#untrained += 1
    const known = this.#tree.match(tokens)
    const template = known ?? this.#tree.add(tokens, line)
    template.lines += 1
    template.lastLine = this.#lines
    if (known !== null) return null
    this.#newOnes += 1
    if (!this.isSettled || this.#told >= TOLD_MAX) return null
    this.#told += 1
    return template
  }

  /** The interval is over. Where there were too few lines it goes on. @returns what was unusual about its mix; undefined where it goes on */
  train(): MixFinding | null | undefined {
    if (this.#untrained < LINES_NEEDED) return undefined
    const shift = mixShift(this.#tree, this.#options.threshold ** 2 / 2)
    const finding = this.#judge(shift)
    if (this.#trainings > 0) this.#shifts = [...this.#shifts, Math.fround(shift.bits)].slice(-SHIFTS_KEPT)
    this.#trainings += 1
    if (this.#trainings > TRAININGS_AT_FIRST)
      this.#novelty += (Math.min(this.#newOnes, NOVELTY_COUNTED) - this.#novelty) * NOVELTY_PACE
    for (const template of this.#tree) {
      template.weight = template.weight * USUAL_PACE + template.lines / this.#untrained
      template.lines = 0
    }
    this.#untrained = this.#newOnes = this.#told = 0
    return finding
  }

  stored(): StoredContent {
    return {
      trainings: this.#trainings,
      novelty: this.#novelty,
      untrained: this.#untrained,
      newOnes: this.#newOnes,
      told: this.#told,
      shifts: Float32Array.from(this.#shifts),
      templates: [...this.#tree],
    }
  }

  /** Of more templates than it may have, it keeps those that were seen last. */
  restore({ trainings, novelty, untrained, newOnes, told, shifts, templates }: StoredContent): void {
    this.#trainings = trainings
    this.#novelty = novelty
    this.#untrained = untrained
    this.#newOnes = newOnes
    this.#told = told
    this.#shifts = [...shifts].slice(-SHIFTS_KEPT)
    const kept = templates.toSorted((a, b) => b.lastLine - a.lastLine).slice(0, this.#options.templatesMax)
    for (const template of templates) if (kept.includes(template)) this.#tree.insert(template)
    this.#lines = kept[0]?.lastLine ?? 0
  }

  #judge({ bits, byChance }: MixShift): MixFinding | null {
    if (!this.isSettled || this.#shifts.length < SHIFTS_NEEDED) return null
    const before = sorted(Float32Array.from(this.#shifts))
    const center = median(before)
    const deviation = Math.max(DEVIATION_MIN, robustDeviation(before, center))
    const score = (bits - center) / deviation
    const least = Math.max(SHIFT_MIN, byChance, before.at(-2)!)
    const isUnusual = score > this.#options.threshold && bits > least
    return isUnusual ? { score, changes: this.#changes() } : null
  }

  #changes(): MixFinding['changes'] {
    let weights = 0
    for (const { weight } of this.#tree) weights += weight
    const changes = [...this.#tree].map((template) => ({
      template,
      share: template.lines / this.#untrained,
      usualShare: template.weight / weights,
    }))
    const size = (change: (typeof changes)[number]): number => Math.abs(change.share - change.usualShare)
    return changes.toSorted((a, b) => size(b) - size(a)).slice(0, CHANGES_TOLD)
  }
}

const LINES_NEEDED = 50
const TRAININGS_AT_FIRST = 3
/** So that it takes eight trainings without anything new. */
const NOVELTY_AT_FIRST = 0.15
const NOVELTY_MAX = 0.1
const NOVELTY_PACE = 0.05
/** New templates of one training that count: a new version of a program is no reason to be silent for a day. */
const NOVELTY_COUNTED = 3
/** New templates of a source that are told in an interval. */
const TOLD_MAX = 3
const SHIFTS_KEPT = 32
const SHIFTS_NEEDED = 8
/** Bits. */
const SHIFT_MIN = 0.02
const DEVIATION_MIN = 0.005
/** Of what is usual, each training leaves so much. */
const USUAL_PACE = 0.95
const CHANGES_TOLD = 3
