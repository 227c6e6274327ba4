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

interface Line extends Delivered {
  readonly run: number
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
  return new Explanation(linesOf(messages), delivered, rules, isLate).contradiction()
}

/** The search for a way in which the lines became the records. */
class Explanation {
  readonly #lines: readonly Line[]
  readonly #delivered: readonly Delivered[]
  readonly #rules: RecordRules
  readonly #isLate: boolean
  /** States from which no way leads to the end. */
  readonly #deadEnds = new Set<string>()
  /** The record up to which some way leads, and what should be there. */
  #furthest = 0
  #expected = 'none'

  constructor(lines: readonly Line[], delivered: readonly Delivered[], rules: RecordRules, isLate: boolean) {
    this.#lines = lines
    this.#delivered = delivered
    this.#rules = rules
    this.#isLate = isLate
  }

  contradiction(): string | null {
    if (this.#leadsToEnd({ open: [], bucket: null, given: 0 }, 0)) return null
    const since = this.#lines[0]?.time ?? 0n
    const shown = (those: readonly Delivered[]): string =>
      those.map((one) => shownRecord(one, since)).join('\n  ')
    return `record ${this.#furthest} should be ${this.#expected}; delivered was\n  ${shown(this.#delivered)}\nof the lines\n  ${shown(this.#lines)}`
  }

  /** Ways that come to the same are tried once: there are as many as there are subsets of what is open, for each line. */
  #leadsToEnd(state: State, index: number): boolean {
    const key = keyOf(state, index)
    if (this.#deadEnds.has(key)) return false
    const leads = this.#anyLeadsToEnd(state, index)
    if (!leads) this.#deadEnds.add(key)
    return leads
  }

  #anyLeadsToEnd(state: State, index: number): boolean {
    const line = this.#lines[index]
    if (line === undefined) {
      const ways = [state.open, ...(this.#isLate ? [state.open.toReversed()] : [])]
      const ends = ways.flatMap((those) => this.#giveAll(state, those))
      return ends.some(({ given }) => given === this.#delivered.length)
    }
    if (this.#rules.joins === null)
      return this.#give(state, { ...line, lines: [line.text] }).some((next) =>
        this.#leadsToEnd(next, index + 1),
      )
    return this.#mayEnd(state, line, index).some((those) =>
      this.#giveAll(state, those)
        .flatMap((next) => this.#add(next, line))
        .some((next) => this.#leadsToEnd(next, index + 1)),
    )
  }

  /** Which records may have been complete before the line came. */
  #mayEnd({ open }: State, line: Line, index: number): (readonly Open[])[] {
    const timeout = BigInt(this.#rules.joins!.timeoutMs) * 1_000_000n
    const over = open.filter(({ last }) => line.time - last > timeout)
    const perhaps = open.filter(({ last }) => line.time - last > timeout - BAND_NS)
    const ended = index > 0 && this.#lines[index - 1]!.run !== line.run ? [open] : []
    const late = this.#isLate ? [open, open.toReversed(), ...open.map((each) => [each])] : []
    const anyway = late.map((those) => [...over, ...those.filter((each) => !over.includes(each))])
    return [over, perhaps, ...ended, ...anyway]
  }

  #add(state: State, { stream, text, time }: Line): State[] {
    const { goesOn, maxBytes, maxLines } = this.#rules.joins!
    const own = state.open.find((each) => each.stream === stream)
    if (own !== undefined && goesOn(text) && own.lines.length < maxLines) {
      const lines = [...own.lines, text]
      if (Buffer.byteLength(lines.join('\n')) <= maxBytes) {
        const open = state.open.map((each) => (each === own ? { ...own, lines, last: time } : each))
        return [{ ...state, open }]
      }
    }
    const rest = own === undefined ? [state] : this.#giveAll(state, [own])
    const begun = { stream, time, last: time, lines: [text] }
    return rest.map((each) => ({ ...each, open: [...each.open, begun] }))
  }

  #giveAll(state: State, those: readonly Open[]): State[] {
    // Those of one microsecond in the order in which they were begun.
    const inOrder = this.#isLate ? those : those.toSorted((a, b) => Number(a.last / 1000n - b.last / 1000n))
    const open = state.open.filter((each) => !those.includes(each))
    return inOrder.reduce<State[]>(
      (states, each) => states.flatMap((one) => this.#give(one, each)),
      [{ ...state, open }],
    )
  }

  /** The states after giving a record out: none when it is not what was delivered. */
  #give(state: State, { lines, stream, time }: Omit<Open, 'last'>): State[] {
    const { isWanted, rate } = this.#rules
    const text = lines.join('\n')
    if (!isWanted(text)) return [state]
    const bucket = rate === null ? null : refilled(state.bucket, time, rate)
    if (bucket !== null && bucket.tokens < 1) return [{ ...state, bucket }]
    const actual = this.#delivered[state.given]
    if (actual?.text !== text || actual.stream !== stream || actual.time !== time) {
      if (state.given >= this.#furthest)
        this.#expected = shownRecord({ stream, time, text }, this.#lines[0]!.time)
      this.#furthest = Math.max(this.#furthest, state.given)
      return []
    }
    const left = bucket === null ? null : { ...bucket, tokens: bucket.tokens - 1 }
    return [{ ...state, bucket: left, given: state.given + 1 }]
  }
}

/** What is open is told by where it begins: its lines are those of its stream from there on. */
function keyOf({ bucket, given, open }: State, index: number): string {
  const begun = open.map(({ lines, stream, time }) => `${stream} ${time} ${lines.length}`)
  return [index, given, bucket?.tokens, bucket?.at, ...begun].join('|')
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
  // Whole microseconds, as the collector counts them.
  const elapsed = time / 1000n - bucket.at / 1000n
  if (elapsed <= 0n) return bucket
  const tokens = Math.min(burst, bucket.tokens + (Number(elapsed) * perSecond) / 1_000_000)
  return { tokens, at: time }
}

/** What is written so much before the time-out may be read after it. */
const BAND_NS = 250_000_000n
