import type { PropertyName } from '../failures/failure-file.ts'

/** A part of a campaign, for one process. */
export type CampaignJob =
  /** So many cases of a property, from a seed. */
  | {
      readonly kind: 'seed'
      readonly property: PropertyName
      readonly seed: number
      readonly cases: number
      /** Where files of failures are put. */
      readonly out: string
      readonly untilFailure: boolean
    }
  /** Sequences of commands on one container, see `checkSmallScope`. */
  | {
      readonly kind: 'small'
      readonly length: number
      readonly seed: number
      readonly from: number
      readonly to: number
    }
  /** The days: what is drawn seldom reaches what these do. */
  | { readonly kind: 'days' }

/** What came of it. */
export interface CampaignAnswer {
  /** Cases run, those that failed included. */
  readonly cases: number
  /** Each case that failed, in words. */
  readonly failures: readonly string[]
  /** Interesting states that were reached. */
  readonly marks: readonly string[]
}
