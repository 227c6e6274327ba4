import type { ExpectedLine, ExpectedOutput } from '../engine/output/expected-output.ts'
import type { LossCause } from '../engine/log/loss-account.ts'
import type { SimulatedContainer } from '../engine/simulated-container.ts'

/** Lines that a sink left out, because the engine no longer had them. */
export interface SkippedLines {
  readonly container: SimulatedContainer
  /** Index of the first, and behind the last. */
  readonly first: number
  readonly behind: number
  /** Why each of them may be missing. */
  readonly causes: readonly (readonly LossCause[])[]
}

/** From here on a byte of what is held stands for the byte of the output that lies as far behind `expected`. */
interface Jump {
  readonly held: number
  readonly expected: number
  /** Lines left out before it. */
  readonly skipped: number
  /** A line that is not whole, which begins here: its bytes. */
  readonly torn?: Uint8Array
}

/** What came of a line before its end was stored. */
interface Begun {
  readonly text: Uint8Array
  /** Where that ends in what is held. */
  readonly behind: number
}

/** Where it began again, or a sink that was switched on did, of lines that look the same. */
interface Beginning {
  /** Where it began in what is held. */
  readonly held: number
  readonly line: number
  /** Lines that are equal to it, in the order in which they are to be tried. */
  readonly others: readonly number[]
  /** Whether those before the line are left out. */
  readonly isFirst: boolean
}

/**
 * Compares what one sink is given of a container with what the container wrote: each line once, in the order it was stored. A line may be left out, or come
 * in part, only when the engine has lost a part of it by the time the line behind it comes. Costs what comparing the bytes costs, except at a loss.
 */
export class OutputCheck {
  readonly #container: SimulatedContainer
  readonly #onSkipped: (lines: SkippedLines) => void
  #jumps: Jump[] = [{ held: 0, expected: 0, skipped: 0 }]
  /** Of the output, behind what is held: at the beginning of a line while {@link #pending} or {@link #begun} holds anything. */
  #expected = 0
  /** Bytes held. */
  #held = 0
  /** Lines left out. */
  #skipped = 0
  /** Lines there were when the sink was switched on: it may begin with any of them. Null once it has begun. */
  #joinedAt: number | null = null
  /** How often it may still go back. */
  #returns = 0
  /** Whether it may go back to what is left of a line. */
  #mayReturnTorn = false
  /** Set while it may have begun at another line, and all that came since is whole. */
  #beginning: Beginning | null = null
  /** The beginning of a line that is not the next one. */
  #pending: Uint8Array = NOTHING
  /** From one line up to another all are known to be lost: what is lost once stays so. */
  #lost: { from: number; to: number } = { from: 0, to: 0 }
  /** Lines left out of which only the end was lost: see {@link #isLate}. */
  #late: number[] = []
  /** Lines of which a part came as a record while they were open: see {@link #isBegun}. By the first message of each. */
  readonly #begun = new Map<number, Begun>()

  constructor(container: SimulatedContainer, onSkipped: (lines: SkippedLines) => void = () => {}) {
    this.#container = container
    this.#onSkipped = onSkipped
  }

  /** Bytes the sink was given and holds. */
  get held(): number {
    return this.#held
  }

  /** Lines before the place the sink has reached, those that were lost among them. */
  get reached(): number {
    return this.#output.lineAt(this.#expected)
  }

  /** Records held: lines, whole or in part. */
  get records(): number {
    return this.reached - this.#skipped
  }

  /** Whether a line that the engine has not lost, or the rest of one that was begun, is yet to come. What has no more to come may end in a part of one that is lost. */
  get owes(): boolean {
    if (this.owed !== null) return true
    if (this.#pending.length === 0) return false
    const output = this.#output
    return this.reached >= output.lines || !this.#hasLost(output.line(this.reached).messages)
  }

  /** Whether more may come, also lines that a sink need not be given which was switched on after they were written. */
  get mayGrow(): boolean {
    return this.#expected < this.#output.length
  }

  /** Index of the first line to come that the engine has not lost; null when none is. */
  get owed(): number | null {
    const output = this.#output
    if (this.#expected === output.length) return null
    const from = Math.max(this.reached, this.#joinedAt ?? 0)
    let index = from >= this.#lost.from ? Math.max(from, this.#lost.to) : from
    while (index < output.lines && this.#hasLost(output.line(index).messages)) index += 1
    this.#lost = { from, to: index }
    return index < output.lines ? index : null
  }

  /** The sink was switched on: it goes on with any line from the next one on. */
  join(): void {
    this.#joinedAt = this.#output.lines
  }

  /** Once more, what comes may repeat from some line on, all of it; the line before that may have been cut. */
  allowReturn(): void {
    this.#returns += 1
  }

  /**
   * Once more, what comes may repeat from a line on that has lost its beginning since: who finds the rest of a line cannot know it for a part of one that
   * was written whole.
   */
  allowTornReturn(): void {
    this.#mayReturnTorn = true
  }

  /** The sink was given more, behind all it holds. @returns a sentence when it is not what should come */
  take(bytes: Uint8Array): string | undefined {
    return this.takeAt(this.#held, bytes)
  }

  /** The sink was given bytes that stand at `offset` of all it holds; what was behind is gone. */
  takeAt(offset: number, bytes: Uint8Array): string | undefined {
    if (offset !== this.#held) this.rewind(offset)
    this.#held += bytes.length
    // Of one that was just switched on only a whole line tells where it begins.
    if (this.#pending.length > 0 || this.#begun.size > 0 || this.#joinedAt !== null)
      return this.#takePending(Buffer.concat([this.#pending, bytes]))
    const same = commonLength(this.#output.view(this.#expected, this.#expected + bytes.length), bytes)
    if (same === bytes.length) {
      this.#expected += same
      return undefined
    }
    const differsAt = this.#expected + same
    this.#expected = this.#lineStart(differsAt)
    const begun = this.#output.view(this.#expected, differsAt)
    return this.#takePending(Buffer.concat([begun, bytes.subarray(same)]))
  }

  /** What the sink held from `offset` on is gone. */
  rewind(offset: number): void {
    const pendingAt = this.#held - this.#pending.length
    this.#held = offset
    if (this.#beginning !== null && offset <= this.#beginning.held) this.#beginning = null
    for (const [message, { behind }] of this.#begun) if (behind > offset) this.#begun.delete(message)
    if (this.#pending.length > 0 && offset > pendingAt) {
      this.#pending = this.#pending.subarray(0, offset - pendingAt)
      return
    }
    this.#jumps = this.#jumps.filter(({ held }) => held === 0 || held <= offset)
    const { held, expected, skipped, torn } = this.#jumps.at(-1)!
    this.#skipped = skipped
    this.#pending = torn === undefined ? NOTHING : torn.subarray(0, offset - held)
    this.#expected = torn === undefined ? expected + offset - held : expected
    if (torn !== undefined) this.#jumps.pop()
  }

  /** What comes next may repeat: where the last line that was held and equals it, goes on from there. For sinks that cannot be read back. */
  resumeAt(line: Uint8Array): void {
    const index = this.#returnTo(line, this.#held)
    if (index === -1) return
    const { from } = this.#output.line(index)
    this.#jumps = [{ held: this.#held, expected: from, skipped: this.#skipped }]
    this.#expected = from
    this.#pending = NOTHING
    this.#begun.clear()
  }

  get #output(): ExpectedOutput {
    return this.#container.expected
  }

  #takePending(bytes: Uint8Array): string | undefined {
    let rest = bytes
    for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE)) {
      const found = this.#takeLine(rest.subarray(0, end + 1), this.#held - rest.length)
      if (found !== undefined) return found
      rest = rest.subarray(end + 1)
    }
    this.#pending = rest.slice()
    return undefined
  }

  /** @param held where the line begins in what is held */
  #takeLine(bytes: Uint8Array, held: number): string | undefined {
    const output = this.#output
    if (this.#beganElsewhere(bytes)) return undefined
    const next = this.reached
    if (this.#isMoreOfTorn(bytes)) {
      this.#skipped -= 1
      const { from, to } = output.line(next - 1)
      this.#noteTorn(bytes, held, from, to)
      return undefined
    }
    if (this.#isLate(bytes)) {
      this.#skipped -= 1
      this.#noteTorn(bytes, held, this.#expected, this.#expected)
      return undefined
    }
    const found = this.#lineFrom(next, bytes, 'pieces') ?? this.#lineFrom(next, bytes, 'cut')
    if (found !== null) {
      const line = output.line(found.index)
      if (this.#joinedAt !== null) this.#join(bytes, held, next, found.index)
      else if (found.index > next) this.#skip(next, found.index)
      this.#joinedAt = null
      this.#begun.delete(line.messages[0]!)
      if (found.isWhole) this.#jumps.push({ held, expected: line.from, skipped: this.#skipped })
      else this.#noteTorn(bytes, held, line.from, line.to)
      this.#expected = line.to
      return undefined
    }
    const due = this.#joinedAt === null ? this.#dueFrom(next) : output.lines
    if (due === output.lines && this.#isBegun(bytes, held)) return undefined
    return this.#goBack(bytes, held, due)
  }

  /** The first line of those that may come next which this is, or of which it is that part. */
  #lineFrom(
    next: number,
    bytes: Uint8Array,
    part: 'pieces' | 'cut',
  ): { readonly index: number; readonly isWhole: boolean } | null {
    const output = this.#output
    for (let index = next; index < output.lines; index++) {
      const line = output.line(index)
      const begun = this.#begun.get(line.messages[0]!)?.text ?? NOTHING
      if (begun.length === 0 && isWhole(bytes, line, output)) return { index, isWhole: true }
      const hasLost = this.#hasLost(line.messages)
      if (hasLost && partOf(Buffer.concat([begun, bytes]), line, output) === part)
        return { index, isWhole: false }
      if (!hasLost && this.#joinedAt === null) return null
    }
    return null
  }

  /** The first line from there on of which nothing is lost. */
  #dueFrom(next: number): number {
    const output = this.#output
    let index = next
    while (index < output.lines && this.#hasLost(output.line(index).messages)) index += 1
    return index
  }

  /** A sink that was switched on begins with this line, or with a later one that is equal. */
  #join(bytes: Uint8Array, held: number, next: number, line: number): void {
    const output = this.#output
    this.#skipped += line - next
    const later = Array.from({ length: this.#joinedAt! - line }, (_, n) => line + 1 + n)
    const others = later.filter((index) => index < output.lines && isWhole(bytes, output.line(index), output))
    if (others.length > 0) this.#beginning = { held, line, others, isFirst: true }
  }

  /** What comes is not what should, the line of that index: it may be the one time that it repeats. */
  #goBack(bytes: Uint8Array, held: number, due: number): string | undefined {
    const index = this.#mayReturnTo(bytes, held)
    if (index === -1)
      return this.#isCutBeforeReturn(bytes, held, due) ? undefined : this.#describe(bytes, held, due)
    const line = this.#output.line(index)
    if (isWhole(bytes, line, this.#output))
      this.#jumps.push({ held, expected: line.from, skipped: this.#skipped })
    else this.#noteTorn(bytes, held, line.from, line.to)
    this.#expected = line.to
    return undefined
  }

  /** The line to which it goes back, as far as it may; -1 where it may not. */
  #mayReturnTo(bytes: Uint8Array, held: number): number {
    if (this.#returns > 0) {
      const index = this.#returnTo(bytes, held)
      if (index !== -1) this.#returns -= 1
      return index
    }
    const index = this.#mayReturnTorn ? this.#tornBefore(bytes, 'pieces') : -1
    if (index !== -1) this.#mayReturnTorn = false
    return index
  }

  /** Where it is to go back, the line that was being written before may have been left in part. */
  #isCutBeforeReturn(bytes: Uint8Array, held: number, due: number): boolean {
    const output = this.#output
    if (this.#returns === 0 || due >= output.lines) return false
    const { from } = output.line(due)
    const text = Buffer.from(bytes.subarray(0, -1))
    if (!text.equals(output.view(from, from + text.length))) return false
    this.#noteTorn(bytes, held, this.#expected, this.#expected)
    return true
  }

  /** The index of the last line before the place that is equal, or of which only that part is left; -1 for none. */
  #returnTo(bytes: Uint8Array, held: number): number {
    const output = this.#output
    const before = Math.min(this.reached, output.lines - 1) + 1
    const equal = Array.from({ length: before }, (_, index) => before - 1 - index).filter((index) =>
      isWhole(bytes, output.line(index), output),
    )
    const [line, ...others] = equal
    const isOneOfMore = line !== undefined && others.length > 0
    this.#beginning = isOneOfMore ? { held, line, others, isFirst: false } : null
    if (line !== undefined) return line
    const torn = this.#tornBefore(bytes, 'pieces')
    return torn === -1 ? this.#tornBefore(bytes, 'cut') : torn
  }

  /** The last line before the place of which that part is left; -1 for none. */
  #tornBefore(bytes: Uint8Array, part: 'pieces' | 'cut'): number {
    const output = this.#output
    for (let index = Math.min(this.reached, output.lines - 1); index >= 0; index--) {
      const line = output.line(index)
      if (line.messages.length > 1 && this.#hasLost(line.messages) && partOf(bytes, line, output) === part)
        return index
    }
    return -1
  }

  /** Whether what comes shows that it began at another line than it seemed, behind which the same came. */
  #beganElsewhere(bytes: Uint8Array): boolean {
    if (this.#beginning === null) return false
    const output = this.#output
    const { held, isFirst, line, others } = this.#beginning
    const count = this.reached - line
    if (this.reached < output.lines && isWhole(bytes, output.line(this.reached), output)) return false
    const place = others.findIndex((index) => {
      const isSame = (n: number): boolean => isWhole(viewOf(output, line + n), output.line(index + n), output)
      return (
        index + count < output.lines &&
        isWhole(bytes, output.line(index + count), output) &&
        Array.from({ length: count }, (_, n) => n).every(isSame)
      )
    })
    this.#beginning = null
    if (place === -1) return false
    const other = others[place]!
    this.#beginning = { held, line: other, others: others.slice(place + 1), isFirst }
    if (isFirst) this.#skipped += other - line
    this.#jumps = this.#jumps.filter((jump) => jump.held < held)
    this.#jumps.push({ held, expected: output.line(other).from, skipped: this.#skipped })
    this.#expected = output.line(other + count).to
    return true
  }

  #skip(first: number, behind: number): void {
    this.#skipped += behind - first
    const { lost } = this.#container.log
    for (let index = first; index < behind; index++) {
      const { messages } = this.#output.line(index)
      this.#begun.delete(messages[0]!)
      if (messages.length > 1 && lost.has(messages.at(-1)!)) this.#late.push(index)
    }
    this.#onSkipped({ container: this.#container, first, behind, causes: this.#causes(first, behind) })
  }

  #causes(first: number, behind: number): LossCause[][] {
    const { lost } = this.#container.log
    const lines = Array.from({ length: behind - first }, (_, index) => this.#output.line(first + index))
    return lines.map(({ messages }) => messages.flatMap((message) => lost.causesOf(message)))
  }

  #noteTorn(bytes: Uint8Array, held: number, from: number, to: number): void {
    const skipped = this.#skipped
    this.#jumps.push({ held, expected: from, skipped, torn: bytes.slice() })
    this.#jumps.push({ held: held + bytes.length, expected: to, skipped })
  }

  /** A line of which the middle was lost may come in two parts, each a record; so may one of which a write that failed left the beginning, and which has lost that since. */
  #isMoreOfTorn(bytes: Uint8Array): boolean {
    const output = this.#output
    const torn = this.#jumps.at(-2)?.torn
    if (torn === undefined || this.#jumps.at(-1)!.expected !== this.#expected) return false
    const line = output.line(this.reached - 1)
    const isNext = this.reached < output.lines && isWhole(bytes, output.line(this.reached), output)
    if (isNext) return false
    const begun = Buffer.from(torn.subarray(0, -1))
    if (partOf(Buffer.concat([begun, bytes]), line, output) !== null) return true
    const behind = piecesBehindCut(begun, line.pieces)
    return madeOf(Buffer.from(bytes.subarray(0, -1)), NOTHING, behind) === 'pieces'
  }

  /**
   * A line of several messages has its place where its last one stands. When that is lost, whoever has read the others learns only from the next message of the
   * same stream that the line is over: by then lines of the other stream may have come.
   */
  #isLate(bytes: Uint8Array): boolean {
    const output = this.#output
    const late = this.#late.findIndex((index) => partOf(bytes, output.line(index), output) !== null)
    if (late === -1) return false
    if (this.reached < output.lines && isWhole(bytes, output.line(this.reached), output)) return false
    this.#late.splice(late, 1)
    return true
  }

  /**
   * A line that is open may come in part, as a record: whoever has read its beginning, and finds some messages gone when he looks again, cannot know whether what is
   * there goes on with it.
   */
  #isBegun(bytes: Uint8Array, held: number): boolean {
    for (const pieces of this.#output.openLines) {
      const messages = pieces.map(({ message }) => message)
      const before = this.#begun.get(messages[0]!)?.text ?? NOTHING
      const text = Buffer.concat([before, bytes.subarray(0, -1)])
      const parts = pieces.map(({ data }) => data)
      if (!this.#hasLost(messages) || madeOf(text, Buffer.concat(parts), parts) === null) continue
      this.#begun.set(messages[0]!, { text, behind: held + bytes.length })
      this.#skipped -= 1
      this.#noteTorn(bytes, held, this.#expected, this.#expected)
      return true
    }
    return false
  }

  #hasLost(messages: readonly number[]): boolean {
    const { lost } = this.#container.log
    return lost.losses.length > 0 && messages.some((message) => lost.has(message))
  }

  #lineStart(offset: number): number {
    const index = this.#output.lineAt(offset)
    return index === 0 ? 0 : this.#output.line(index - 1).to
  }

  #describe(bytes: Uint8Array, held: number, index: number): string {
    const output = this.#output
    const expected = index < output.lines ? excerpt(output.view(output.line(index).from)) : 'nothing'
    const { name, log } = this.#container
    const lost = log.lost.losses.map(({ first, behind, cause }) => `${cause}: ${first} to ${behind - 1}`)
    const account = lost.length === 0 ? '' : `; messages lost of ${log.stored}: ${lost.join(', ')}`
    return `differs from the output of ${name} at byte ${held}: expected ${expected}, written ${excerpt(bytes)}${account}`
  }
}

function viewOf(output: ExpectedOutput, index: number): Uint8Array {
  const { from, to } = output.line(index)
  return output.view(from, to)
}

function isWhole(bytes: Uint8Array, { from, to }: ExpectedLine, output: ExpectedOutput): boolean {
  return Buffer.compare(output.view(from, to), bytes) === 0
}

/** What a line, with its newline, is of a longer one: some of its pieces, or cut where a kill cut what was being written; null for nothing of it. */
function partOf(
  bytes: Uint8Array,
  { from, to, pieces }: ExpectedLine,
  output: ExpectedOutput,
): 'pieces' | 'cut' | null {
  return madeOf(Buffer.from(bytes.subarray(0, -1)), output.view(from, to), pieces)
}

function madeOf(text: Buffer, whole: Uint8Array, pieces: readonly Uint8Array[]): 'pieces' | 'cut' | null {
  let rest = text
  let isCut = text.equals(whole.subarray(0, text.length))
  for (const piece of pieces) {
    if (startsWith(rest, piece)) rest = rest.subarray(piece.length)
    else isCut ||= rest.equals(piece.subarray(0, rest.length))
  }
  if (rest.length === 0 && text.length > 0) return 'pieces'
  return isCut ? 'cut' : null
}

/** The pieces behind the one within which a text ends; none where it ends with one. */
function piecesBehindCut(text: Buffer, pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  let rest = text
  for (const [index, piece] of pieces.entries()) {
    if (startsWith(rest, piece)) rest = rest.subarray(piece.length)
    else if (rest.length > 0 && rest.equals(piece.subarray(0, rest.length))) return pieces.slice(index + 1)
  }
  return []
}

function startsWith(bytes: Buffer, piece: Uint8Array): boolean {
  return bytes.length >= piece.length && bytes.subarray(0, piece.length).equals(piece)
}

function commonLength(a: Uint8Array, b: Uint8Array): number {
  if (Buffer.compare(a, b) === 0) return a.length
  let same = 0
  while (same < a.length && a[same] === b[same]) same += 1
  return same
}

function excerpt(bytes: Uint8Array): string {
  return JSON.stringify(Buffer.from(bytes.subarray(0, EXCERPT_BYTES)).toString('latin1'))
}

const NOTHING = new Uint8Array()
const NEWLINE = 0x0a
const EXCERPT_BYTES = 60
