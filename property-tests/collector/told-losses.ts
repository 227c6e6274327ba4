import { RING_KEYS } from '../../reference/docker/reading/search/cursor-state.ts'
import type { LogEntry, LossCause, SimulatedContainer, SkippedLines } from '../../simulators/index.ts'

/** What of the containers of a name the sinks go without, and what the collector said about it. */
interface Account {
  /** Runs of lines that a sink was not given, by the sink: the line behind each. */
  readonly skipped: Map<string, Set<number>>
  told: number
  /** What is to be told yet: it could be seen only afterwards. */
  untold?: string
}

/**
 * Holds the collector to its word: each time a sink is not given lines which the engine had lost, the collector has said so before, with a metric and in
 * its log; and it says so only where the engine has lost something that it may not have read.
 */
export class ToldLosses {
  readonly #accounts = new Map<string, Account>()
  readonly #containers: (name: string) => readonly SimulatedContainer[]
  /** Of containers whose log was emptied: losses from this line on nobody could see. */
  readonly #emptied = new Map<SimulatedContainer, number>()
  /** Containers of which no position was left by a crash, with the sinks that went without lines since. */
  readonly #forgotten = new Map<SimulatedContainer, Set<string>>()
  /** Containers that a warning or an error names, by name and by short id. */
  readonly #named = new Set<string>()
  #found: string | undefined

  /** @param containers those that have or had a name */
  constructor(containers: (name: string) => readonly SimulatedContainer[]) {
    this.#containers = containers
  }

  /** A sentence; undefined when all was told, and nothing else. */
  get found(): string | undefined {
    return this.#found
  }

  /**
   * A sink was not given some lines. What went before the first line that was read nobody can know of; nor can one who follows of what the engine passes
   * over, unless he looks again while it is still there: that he is to do where he caught up.
   */
  skipped(sink: string, { container, first, behind, causes }: SkippedLines): void {
    const wasPassedOver = causes.every((each) => each.some((cause) => PASSED_OVER.has(cause)))
    const isThere = causes.some((each) => each.every((cause) => cause === CATCHING_UP))
    if (first === 0 || (wasPassedOver && !isThere)) return
    if (first >= (this.#emptied.get(container) ?? Infinity) || this.#isForgotten(container, sink)) return
    const account = this.#of(container.name)
    // After a crash what was delivered may come again, and leaves out what it left out.
    const runs = (account.skipped.get(sink) ?? new Set()).add(behind)
    account.skipped.set(sink, runs)
    const sentence = `${sink} goes without the lines ${first} to ${behind - 1} of ${container.name}, and no gap was told`
    if (wasPassedOver) account.untold = sentence
    else if (runs.size > account.told) this.#found ??= sentence
  }

  /**
   * The log of a container was emptied, of which so many lines had been read. Where the last of these was in another file than the one that was emptied, nobody can see that
   * something was behind it: a follow goes on with what comes next, and so does who reads older files that are left. A follow that is open goes on so in any case.
   */
  emptied(
    container: SimulatedContainer,
    reached: number,
    { isFollowed }: { readonly isFollowed: boolean },
  ): void {
    const { expected, log } = container
    const isInEmptied = (message: number): boolean => log.lost.causesOf(message).includes('emptied')
    const isLastTaken = reached === 0 || expected.line(reached - 1).messages.some(isInEmptied)
    const unseen = isLastTaken && !isFollowed ? reached + 1 : reached
    this.#emptied.set(container, Math.min(unseen, this.#emptied.get(container) ?? Infinity))
  }

  /** A crash left no position of a container: what was lost of it then nobody can know. */
  forgotten(container: SimulatedContainer): void {
    this.#forgotten.set(container, new Set())
  }

  /** A container of that name begins. */
  added(name: string): void {
    this.#named.delete(name)
  }

  /** A container was removed before all of it was read. That is to be said. */
  missed({ name, id }: SimulatedContainer): void {
    if (!this.#named.has(name) && !this.#named.has(id.slice(0, SHORT_ID)))
      this.#found ??= `${name} was removed before it was read, and nothing says so`
  }

  /** A loss that was never told, in a sentence. To be asked when all is delivered. */
  get untold(): string | undefined {
    for (const { untold, skipped, told } of this.#accounts.values())
      if (untold !== undefined && told < Math.max(...[...skipped.values()].map(({ size }) => size)))
        return untold
    return undefined
  }

  /** The collector logged something. @param reached the lines of the container that the sink furthest ahead holds, or passed over */
  logged(entry: LogEntry, reached: (container: SimulatedContainer) => number): void {
    const { container: named, id }: { container?: unknown; id?: unknown } = entry.fields
    if (entry.level === 'warn' || entry.level === 'error')
      for (const each of [named, id]) this.#named.add(String(each))
    if (!isGap(entry)) return
    const { container: name } = entry.fields
    this.#of(name).told += 1
    if (!this.#containers(name).some((container) => mayHaveLost(container, reached(container))))
      this.#found ??= `A gap in ${name} was told, and nothing was lost of it that was not read`
  }

  /** Only the first loss since then is excused. */
  #isForgotten(container: SimulatedContainer, sink: string): boolean {
    const sinks = this.#forgotten.get(container)
    if (sinks === undefined || sinks.has(sink)) return false
    sinks.add(sink)
    return true
  }

  #of(container: string): Account {
    const known = this.#accounts.get(container)
    if (known !== undefined) return known
    const account: Account = { skipped: new Map(), told: 0 }
    this.#accounts.set(container, account)
    return account
  }
}

/** Nobody can know whether something is missing once the last line that was read is gone as well. */
function mayHaveLost({ expected, log }: SimulatedContainer, reached: number): boolean {
  const { losses } = log.lost
  if (losses.length === 0) return false
  if (reached === 0 || losses.some(({ cause }) => PASSED_OVER.has(cause))) return true
  const [message = 0] = expected.line(reached - 1).messages
  // What is known again is the last messages: where some of those are gone, whether all of them had been read cannot be known.
  return losses.some(({ behind, cause }) => behind > (cause === 'emptied' ? message - RING_KEYS : message))
}

function isGap(entry: LogEntry): entry is LogEntry & { fields: { container: string } } {
  return 'kind' in entry.fields && entry.fields.kind === 'gap'
}

/** Whether what was lost of that may still be there for who opens the log anew. */
export function isPassedOver(cause: LossCause): boolean {
  return PASSED_OVER.has(cause)
}

const CATCHING_UP: LossCause = 'passed over while catching up'
const PASSED_OVER: ReadonlySet<LossCause> = new Set(['passed over', CATCHING_UP])
const SHORT_ID = 12
