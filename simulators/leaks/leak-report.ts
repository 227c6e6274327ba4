import type { CompleteLeakOptions } from './leak-options.ts'
import {
  countLeaks,
  describeLeak,
  withoutConsequences,
  type FoundLeak,
  type Leak,
  type LeakKind,
} from './leak.ts'

/** What a block left open. */
export interface LeakReport {
  /** Empty when nothing was left open. */
  readonly leaks: readonly Leak[]
  /** Kinds that were asked for and cannot be seen on this system, each with the reason in a sentence. */
  readonly unchecked: readonly UncheckedKind[]
  /** The report for a person: what leaked, how often, and where it was opened. */
  readonly text: string
}

export interface UncheckedKind {
  readonly kind: LeakKind
  readonly reason: string
}

/** Counts what was found, less what is to be ignored, and with several rounds less what did not grow in each. */
export function toLeakReport(
  found: readonly FoundLeak[],
  unchecked: readonly UncheckedKind[],
  options: CompleteLeakOptions,
): LeakReport {
  const leaks = countLeaks(withoutConsequences(found))
    .filter(({ rounds }) => rounds >= options.rounds)
    .filter((leak) => !options.ignore.some((pattern) => matches(pattern, describeLeak(leak))))
  return { leaks, unchecked, text: formatReport(leaks, unchecked, options.rounds) }
}

function matches(pattern: string | RegExp, line: string): boolean {
  return typeof pattern === 'string' ? line.includes(pattern) : line.search(pattern) !== -1
}

function formatReport(leaks: readonly Leak[], unchecked: readonly UncheckedKind[], rounds: number): string {
  const notes = unchecked.map(({ kind, reason }) => `not looked for: ${kind} (${reason})`)
  if (leaks.length === 0) return ['Nothing was left open.', ...notes].join('\n')
  const times = rounds === 1 ? '' : ` in each of ${rounds} rounds`
  return [`Left open${times}:`, ...leaks.flatMap(formatLeak), ...notes].join('\n')
}

function formatLeak(leak: Leak): string[] {
  const more = leak.details.length - DETAILS_MAX
  return [
    `  ${describeLeak(leak)}`,
    ...leak.calledFrom.map((place) => `    called from ${place}`),
    ...leak.details.slice(0, DETAILS_MAX).map((detail) => `    ${detail}`),
    ...(more > 0 ? [`    and ${more} more`] : []),
  ]
}

const DETAILS_MAX = 5
