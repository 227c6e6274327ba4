/** A message of a log, as the engine stored it. */
export interface Message {
  readonly stream: number
  /** Nanoseconds since the epoch. */
  readonly time: bigint
  readonly data: string
  /** Of which run of the container. */
  readonly run: number
}

/** A record as a sink was given it. */
export interface Delivered {
  readonly stream: number
  readonly time: bigint
  readonly text: string
}

/** What is done with lines, as the property draws it: a description of its own, so that no code of the collector says what is right. */
export interface RecordRules {
  readonly joins: {
    readonly goesOn: (line: string) => boolean
    readonly timeoutMs: number
    readonly maxLines: number
    readonly maxBytes: number
  } | null
  readonly isWanted: (text: string) => boolean
  readonly rate: { readonly perSecond: number; readonly burst: number } | null
}

interface Open {
  readonly stream: number
  readonly time: bigint
  readonly last: bigint
  readonly lines: readonly string[]
}

interface State {
  readonly open: readonly Open[]
  readonly bucket: { readonly tokens: number; readonly at: bigint } | null
  /** Records that were given out. */
  readonly given: number
}

/**
 * Whether a collector may have delivered exactly these records of a log. It may in more than one way: what comes about as late as the time-out may have been taken
 * for too late, and at the end of a run of the container nothing is waited for.
 * @param isLate streams were held up, so that anything may have been taken for too late
 * @returns a sentence; null when it may
 */
export function contradiction(
  messages: readonly Message[],
  delivered: readonly Delivered[],
  rules: RecordRules,
  isLate: boolean,
): string | null {
  const lines = linesOf(messages)
  let furthest = 0
  let expected = ''

  /** The states after giving a record out: none when it is not what was delivered. */
  function give(state: State, { lines: joined, stream, time }: Omit<Open, 'last'>): State[] {
    const text = joined.join('\n')
    if (!rules.isWanted(text)) return [state]
    const bucket = rules.rate === null ? null : refilled(state.bucket, time, rules.rate)
    if (bucket !== null && bucket.tokens < 1) return [{ ...state, bucket }]
    const actual = delivered[state.given]
    if (actual?.text !== text || actual.stream !== stream || actual.time !== time) {
      if (state.given >= furthest) expected = shownRecord({ stream, time, text }, lines[0]!.time)
      furthest = Math.max(furthest, state.given)
      return []
    }
    const left = bucket === null ? null : { ...bucket, tokens: bucket.tokens - 1 }
    return [{ ...state, bucket: left, given: state.given + 1 }]
  }

  function giveAll(state: State, those: readonly Open[]): State[] {
    // Those of one microsecond in the order in which they were begun.
    const inOrder = isLate ? those : those.toSorted((a, b) => Number(a.last / 1000n - b.last / 1000n))
    const open = state.open.filter((each) => !those.includes(each))
    return inOrder.reduce<State[]>(
      (states, each) => states.flatMap((one) => give(one, each)),
      [{ ...state, open }],
    )
  }

  function step(state: State, index: number): boolean {
    const line = lines[index]
    if (line === undefined) return giveAll(state, state.open).some(({ given }) => given === delivered.length)
    const { joins } = rules
    if (joins === null)
      return give(state, { ...line, lines: [line.text] }).some((next) => step(next, index + 1))
    const timeout = BigInt(joins.timeoutMs) * 1_000_000n
    const over = state.open.filter(({ last }) => line.time - last > timeout)
    const maybe = state.open.filter(
      ({ last }) => line.time - last <= timeout && line.time - last > timeout - BAND_NS,
    )
    const ended = index > 0 && lines[index - 1]!.run !== line.run ? [state.open] : []
    const inTime = state.open.filter((each) => over.includes(each) || maybe.includes(each))
    const late = isLate ? [state.open, state.open.toReversed(), ...state.open.map((each) => [each])] : []
    const choices = late.map((those) => [...over, ...those.filter((each) => !over.includes(each))])
    return [over, inTime, ...ended, ...choices].some((those) =>
      giveAll(state, those).some((next) => add(next, line).some((after) => step(after, index + 1))),
    )
  }

  function add(state: State, { stream, text, time }: Line): State[] {
    const joins = rules.joins!
    const own = state.open.find((each) => each.stream === stream)
    if (own !== undefined && joins.goesOn(text) && own.lines.length < joins.maxLines) {
      const lines = [...own.lines, text]
      if (Buffer.byteLength(lines.join('\n')) <= joins.maxBytes) {
        const open = state.open.map((each) => (each === own ? { ...own, lines, last: time } : each))
        return [{ ...state, open }]
      }
    }
    const rest = own === undefined ? [state] : giveAll(state, [own])
    const begun = { stream, time, last: time, lines: [text] }
    return rest.map((each) => ({ ...each, open: [...each.open, begun] }))
  }

  if (step({ open: [], bucket: null, given: 0 }, 0)) return null
  const since = lines[0]?.time ?? 0n
  const shown = delivered.map((record) => shownRecord(record, since)).join('\n  ')
  const stored = lines.map((line) => shownRecord(line, since)).join('\n  ')
  return `record ${furthest} should be ${expected || 'none'}; delivered was\n  ${shown}\nof the lines\n  ${stored}`
}

interface Line {
  readonly stream: number
  readonly time: bigint
  readonly text: string
  readonly run: number
}

function shownRecord({ stream, text, time }: Delivered, since: bigint): string {
  return `${stream} ${Number((time - since) / 1_000_000n)} ms ${JSON.stringify(text.replaceAll('x', ''))}`
}

/** Lines over 16 KiB are stored in messages of one stamp. */
function linesOf(messages: readonly Message[]): Line[] {
  const begun = new Map<number, Line>()
  return messages.flatMap(({ data, run, stream, time }): Line[] => {
    const before = begun.get(stream) ?? { stream, time, run, text: '' }
    const line = { ...before, text: before.text + data.replace(/\n$/, '') }
    if (data.endsWith('\n')) begun.delete(stream)
    else begun.set(stream, line)
    return data.endsWith('\n') ? [line] : []
  })
}

function refilled(
  bucket: State['bucket'],
  time: bigint,
  { burst, perSecond }: { readonly perSecond: number; readonly burst: number },
): { tokens: number; at: bigint } {
  if (bucket === null) return { tokens: burst, at: time }
  const elapsed = time - bucket.at
  if (elapsed <= 0n) return bucket
  const tokens = Math.min(burst, bucket.tokens + (Number(elapsed / 1000n) * perSecond) / 1_000_000)
  return { tokens, at: time }
}

/** What is written so much before the time-out may be read after it. */
const BAND_NS = 250_000_000n
