import type { RefusedRecord } from '../../dispatch/sink.ts'
import { HELD, LEFT_OUT, type LokiBlock, type LokiPart } from './entries.ts'
import type { LokiStream } from './label-sets.ts'

/**
 * Takes the entries out that need not be sent again: those that Loki's words say it did not take, and those it has, where that follows. A request with entries
 * that are not taken is answered with status 400 although all others were stored. The words name them by stream and stamp or length; the stamps are
 * cut to seconds, but which entries of a second are meant follows from how many are.
 *
 * @param words the body of the answer
 * @returns the records that are not taken; empty when the words name none
 */
export function leaveOutRefused(parts: readonly LokiPart[], words: string): RefusedRecord[] {
  const { refused, isAll } = leaveOutByValidation(parts, words)
  // Had anything else gone wrong, these words would not have been said.
  if (isAll) settle(parts, all)
  return refused.length > 0 ? refused : leaveOutByIngester(parts, words)
}

/** Takes the entries out whose lines are longer. */
export function leaveOutLonger(parts: readonly LokiPart[], bytes: number): RefusedRecord[] {
  const why = `The line is longer than sinks.loki.line_bytes_max, ${bytes} bytes`
  return leaveOut(parts, all, (_, lineBytes) => lineBytes > bytes, why)
}

/** Whether nothing is left to be sent. */
export function isEmpty(parts: readonly LokiPart[]): boolean {
  return parts.every(({ blocks }) => blocks.every(({ stream }) => stream.every((one) => one >= HELD)))
}

/** Whether one record is left to be sent. */
export function isOne(parts: readonly LokiPart[]): boolean {
  let count = 0
  for (const { blocks } of parts)
    for (const { stream } of blocks) for (const one of stream) if (one < HELD && ++count > 1) return false
  return count === 1
}

/**
 * The words of the distributor, each behind `<n> errors like: ` where it was said more than once or is not the only one:
 *
 *     entry for stream '<labels>' has timestamp too old: <second>, oldest acceptable timestamp is: <second>
 *     entry for stream '<labels>' has timestamp too new: <second>
 *     Max entry size '<bytes>' bytes exceeded for stream '<labels>' while adding an entry with length '<bytes>' bytes
 */
function leaveOutByValidation(
  parts: readonly LokiPart[],
  words: string,
): { refused: RefusedRecord[]; isAll: boolean } {
  const refused: RefusedRecord[] = []
  let said = 0
  let rest = words
  const understood = (what: string, index: number): number => {
    const { count, prefix } = countBefore(words, index)
    said += count
    rest = rest.replace(prefix + what, '')
    return count
  }
  for (const { index, 0: what, groups } of words.matchAll(BY_STAMP)) {
    const { labels = '', age, second = '' } = groups!
    const count = understood(what, index)
    const times = timesWithin(parts, labels, second)
    if (times.length === 0) continue
    // The oldest of a second are too old, the newest too new.
    const inOrder = times.toSorted((a, b) => (a < b ? -1 : 1))
    const limit = inOrder.at(
      age === 'old' ? Math.min(count, times.length) - 1 : -Math.min(count, times.length),
    )!
    const isMeant = (time: bigint): boolean => (age === 'old' ? time <= limit : time >= limit)
    refused.push(...leaveOut(parts, ofStream(labels), isMeant, what))
  }
  for (const { index, 0: what, groups } of words.matchAll(BY_LENGTH)) {
    understood(what, index)
    const limit = Number(groups!['limit'])
    refused.push(...leaveOut(parts, all, (_, lineBytes) => lineBytes > limit, what))
  }
  return { refused, isAll: said > 0 && said === refused.length && /^[; \n]*$/.test(rest) }
}

/**
 * The words of an ingester, which names up to ten entries of one stream, the first it did not take, to the nanosecond:
 *
 *     entry with timestamp 2026-01-01 00:00:00.5 +0000 UTC ignored, reason: '<reason>',
 *     user '<tenant>', total ignored: <n> out of <n> for stream: <labels>
 */
function leaveOutByIngester(parts: readonly LokiPart[], words: string): RefusedRecord[] {
  const { labels, ignored, sent } = FOR_STREAM.exec(words)?.groups ?? {}
  if (labels === undefined) return []
  const isStream = ofStream(labels)
  const isWhole = countOf(parts, isStream) === Number(sent)
  const named = [...words.matchAll(IGNORED)].map(({ groups }) => ({
    time: nanosecondsOf(groups!['stamp']!),
    reason: groups!['reason']!,
  }))
  const refused = named.flatMap(({ time, reason }) =>
    leaveOut(parts, isStream, (one) => one === time, reason),
  )
  // What was not given to the ingester may be missing for another reason.
  const isAll = isWhole && refused.length === Number(ignored)
  if (isAll) settle(parts, isStream)
  return refused
}

type IsStream = (stream: LokiStream) => boolean

const all: IsStream = () => true

/** Loki may have added labels of its own to those of the stream. */
function ofStream(labels: string): IsStream {
  const said = new Set(labels.match(PAIR))
  return ({ text }) => (text.match(PAIR) ?? []).every((pair) => said.has(pair))
}

function leaveOut(
  parts: readonly LokiPart[],
  isStream: IsStream,
  isMeant: (time: bigint, lineBytes: number) => boolean,
  why: string,
): RefusedRecord[] {
  const refused: RefusedRecord[] = []
  forEntries(parts, isStream, (place, block, at, lineBytes) => {
    if (!isMeant(block.times[at]!, lineBytes)) return
    block.stream[at] = LEFT_OUT
    refused.push({ ...place(), why })
  })
  return refused
}

/** Loki has what is left of the streams. */
function settle(parts: readonly LokiPart[], isStream: IsStream): void {
  forEntries(parts, isStream, (_, block, at) => {
    block.stream[at] = HELD
  })
}

function countOf(parts: readonly LokiPart[], isStream: IsStream): number {
  let count = 0
  forEntries(parts, isStream, () => (count += 1))
  return count
}

/** Stamps of the entries of a stream within a second. */
function timesWithin(parts: readonly LokiPart[], labels: string, second: string): bigint[] {
  const from = nanosecondsOf(second)
  const times: bigint[] = []
  if (from === null) return times
  forEntries(parts, ofStream(labels), (_, block, at) => {
    const time = block.times[at]!
    if (time >= from && time < from + SECOND) times.push(time)
  })
  return times
}

/** Calls back for each entry that is not left out. */
function forEntries(
  parts: readonly LokiPart[],
  isStream: IsStream,
  entry: (
    place: () => { part: number; record: number },
    block: LokiBlock,
    at: number,
    lineBytes: number,
  ) => void,
): void {
  parts.forEach(({ blocks, streams }, part) => {
    const meant = streams.map(isStream)
    let before = 0
    for (const block of blocks) {
      for (let at = 0; at < block.ends.length; at++) {
        if (meant[block.stream[at]!] !== true) continue
        const record = before + at
        const start = at === 0 ? 0 : block.ends[at - 1]!
        entry(() => ({ part, record }), block, at, block.ends[at]! - start - 1)
      }
      before += block.ends.length
    }
  })
}

function countBefore(words: string, index: number): { count: number; prefix: string } {
  const [prefix = '', count = 1] =
    /(\d+) errors like: $/.exec(words.slice(Math.max(0, index - 40), index)) ?? []
  return { count: Number(count), prefix }
}

/** Of a stamp as Go writes it: RFC 3339, or `2026-01-01 00:00:00.5 +0000 UTC`; null when it names no moment. */
function nanosecondsOf(stamp: string): bigint | null {
  const [, day, time, fraction = '', zone = 'Z'] = STAMP.exec(stamp) ?? []
  const offset = zone === 'Z' ? 'Z' : zone.replace(/^([+-]\d\d):?(\d\d)$/, '$1:$2')
  const ms = Date.parse(`${day}T${time}${offset}`)
  return Number.isNaN(ms) ? null : BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0') || 0)
}

const LABELS = String.raw`(?<labels>\{(?:[^"'}]|"(?:[^"\\]|\\.)*")*\})`
const BY_STAMP = new RegExp(
  String.raw`entry for stream '${LABELS}' has timestamp too (?<age>old|new): (?<second>[\dTZ:+-]+)(?:, oldest acceptable timestamp is: [\dTZ:+-]+)?`,
  'g',
)
const BY_LENGTH = new RegExp(
  String.raw`Max entry size '(?<limit>\d+)' bytes exceeded for stream '${LABELS}' while adding an entry with length '\d+' bytes`,
  'g',
)
const IGNORED =
  /entry with timestamp (?<stamp>[\d-]+ [\d:.]+ [+-]\d+)[^']*ignored, reason: '(?<reason>[^']*)'/g
const FOR_STREAM = new RegExp(
  String.raw`total ignored: (?<ignored>\d+) out of (?<sent>\d+) for stream: ${LABELS}`,
)
const PAIR = /\w+="(?:[^"\\]|\\.)*"/g
const STAMP = /^(\d+-\d+-\d+)[T ](\d+:\d+:\d+)(?:\.(\d+))? ?(Z|[+-]\d\d:?\d\d)?/
const SECOND = 1_000_000_000n
