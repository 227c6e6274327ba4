import type { PushedEntry } from './push-request.ts'

/** What Loki says of entries it does not take (`pkg/validation/validate.go`, `pkg/ingester/stream.go`). */

export function tooOld(stream: string, time: bigint, oldest: bigint): string {
  return `entry for stream '${stream}' has timestamp too old: ${second(time)}, oldest acceptable timestamp is: ${second(oldest)}`
}

export function tooNew(stream: string, time: bigint): string {
  return `entry for stream '${stream}' has timestamp too new: ${second(time)}`
}

export function lineTooLong(stream: string, bytes: number, limit: number): string {
  return `Max entry size '${limit}' bytes exceeded for stream '${stream}' while adding an entry with length '${bytes}' bytes`
}

export interface FarBehind {
  readonly entry: PushedEntry
  /** Older than this was too old at that moment. */
  readonly cutoff: bigint
}

/** Of one stream; the first ten are named. */
export function tooFarBehind(
  stream: string,
  tenant: string,
  ignored: readonly FarBehind[],
  of: number,
): string {
  const named = ignored
    .slice(0, NAMED_MAX)
    .map(
      ({ entry: { time }, cutoff }) =>
        `entry with timestamp ${exactly(time)} ignored, reason: 'entry too far behind, entry timestamp is: ${second(time)}, oldest acceptable timestamp is: ${second(cutoff)}',\n`,
    )
  return `${named.join('')}user '${tenant}', total ignored: ${ignored.length} out of ${of} for stream: ${stream}`
}

/** Equal words once, with how often. */
export function grouped(words: readonly string[]): string {
  const groups = Map.groupBy(words, (one) => one)
  const counts = groups.size > 1 || words.length > 1
  return [...groups].map(([one, { length }]) => (counts ? `${length} errors like: ${one}` : one)).join('; ')
}

/** As Go's RFC 3339 has it. */
function second(time: bigint): string {
  return `${new Date(Number(time / 1_000_000_000n) * 1000).toISOString().slice(0, 19)}Z`
}

/** As Go's `Time.String` has it. */
function exactly(time: bigint): string {
  const fraction = String(time % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '')
  return `${second(time).slice(0, 19).replace('T', ' ')}${fraction === '' ? '' : `.${fraction}`} +0000 UTC`
}

const NAMED_MAX = 10
