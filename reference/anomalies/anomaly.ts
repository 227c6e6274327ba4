import type { Source } from '../dispatch/block.ts'

/** What can be unusual about a source: how many lines it writes, a line of a kind it never wrote, or how its kinds of lines are mixed. */
export const ANOMALY_KINDS = ['rate_high', 'rate_low', 'new_template', 'mix_shift'] as const
export type AnomalyKind = (typeof ANOMALY_KINDS)[number]

/** The source an anomaly is of. A model belongs to kind and name: a container that is replaced by another of its name goes on with it. */
export interface WatchedSource {
  readonly kind: Source['kind']
  readonly name: string
  /** Of the last one of that name. */
  readonly id: string
}

/** A kind of line, and its share of the lines of its source: from 0 to 1. */
export interface TemplateShare {
  /** Content: what varies is `<*>`, control characters are written as `\x1b`. */
  readonly template: string
  readonly share: number
  readonly usualShare: number
}

/** What the detector finds. */
export interface Finding {
  readonly kind: AnomalyKind
  readonly source: WatchedSource
  /** How far from usual: of a rate in robust standard deviations beyond what is usual, of a mix in its history's, of a new template 0. */
  readonly score: number
  /** Of a rate: the length of what was looked at, one window or five; null otherwise. */
  readonly windowMs: number | null
  /** Lines in that, and how many are usual at this time of day. */
  readonly observed: number | null
  readonly expected: number | null
  /** The new one, or those whose shares changed most. */
  readonly templates: readonly TemplateShare[]
}

/** A finding, and the same again as long as it lasts. */
export interface Anomaly extends Finding {
  /** Wall time, ISO 8601, of the end of the first and of the last window or interval. */
  readonly firstAt: string
  readonly lastAt: string
  /** Windows, or training intervals, it was seen in. */
  readonly count: number
  /** Whether the last window was still so. False of a new template. */
  readonly ongoing: boolean
}
