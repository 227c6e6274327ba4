import type { Block, Source } from '../../dispatch/block.ts'
import { EngineError } from '../../ports/docker-engine.ts'
import type { ContainerPosition } from './container-position.ts'
import type {
  Beyond,
  ContainerReader,
  ContainerReaderOptions,
  LogRequest,
  ReaderState,
} from './container-reader.ts'
import { Contiguity } from './search/contiguity.ts'
import { Delivered } from './search/delivered.ts'
import { Demultiplexer } from './parsing/demultiplexer.ts'
import { RING_KEYS } from './search/cursor-state.ts'
import { lastKey } from './parsing/last-key.ts'
import { messageKey } from './parsing/message-key.ts'
import type { MessageHandler, MessageParser } from './parsing/message-parser.ts'
import type { Notice } from './notice.ts'
import type { Suspicion } from './search/behind-search.ts'
import { ReadableEnd, type Role } from './search/readable-end.ts'
import { NO_STAGES } from '../stages/stages.ts'
import { RecordMaker } from './record-maker.ts'
import { ReplayFilter } from './search/replay-filter.ts'
import { RestSearch } from './search/rest-search.ts'
import { RingSearch } from './search/ring-search.ts'
import { CHUNK_BYTES } from './parsing/stored-chunk.ts'
import { TailPolicy } from './tail-policy.ts'
import { TtyDemultiplexer } from './parsing/tty-demultiplexer.ts'

/** A message in memory of its own. */
interface OwnedMessage {
  readonly stream: number
  readonly message: Uint8Array
  readonly key: number
}

interface Connection {
  readonly how: 'follow' | 'snapshot' | 'proof'
  readonly follow: boolean
  readonly asked: number | undefined
  readonly parser: MessageParser
  readonly contiguity: Contiguity
  readonly filter: ReplayFilter
  /** Until the place is found. */
  search: RingSearch | RestSearch | undefined
  /** Where the ring is lost, the last keys of a reply of the whole log that were known; of what comes late, its last keys. */
  readonly known: number[]
  readonly role: Role
  /** All that comes whole was asked for: nothing before that can be had. */
  readonly isLimited: boolean
  /** It brings what was left out between messages that were delivered. */
  isLate: boolean
  /** Whether a message of it was delivered before. */
  hasKnown: boolean
  /** Whether one behind such a message was not. */
  hasNew: boolean
  /** Whether one was not that lies between two that were: a follow passed over it. */
  hasPassedOver: boolean
  /** Nothing more can be learned of it. */
  useless: boolean
  passed: number
  first: number | undefined
  /** New messages it brought. */
  fresh: number
  /** Messages of which it is not known whether they are new, in order. */
  held: OwnedMessage[] | undefined
}

/**
 * Follows a log and resumes it exactly where it was left. Stamps cannot be the position (they are not monotonic, and chunks of one line share one), but stored
 * order is the same at every reopen: the last delivered messages, the ring, are found again in the reply, and what follows is new.
 *
 *     reply (tail = K)   | older ... | ring: last 50 delivered | new ...
 *                          skip        skip                      deliver
 *
 * What to ask for is {@link TailPolicy}'s, where the ring is {@link RingSearch}'s, what the engine sends again {@link ReplayFilter}'s, and whether a
 * followed reply is in one piece {@link Contiguity}'s. Only a snapshot is taken at its word; where a followed reply leaves a doubt, one settles it.
 */
export class FollowReader implements ContainerReader {
  readonly #tty: boolean
  readonly #passesOver: boolean
  readonly #delivered: Delivered
  readonly #maker: RecordMaker
  readonly #policy = new TailPolicy()
  #priming: boolean
  #connection: Connection
  /** The followed connection while a snapshot is read beside it. */
  #aside: Connection | undefined
  /** Ordinal of the next message when the doubt arose. */
  #doubtAt = 0
  /** What is left of a log that does not hold the ring: see {@link RestSearch}. */
  #rest: { readonly lastKnown: number | undefined } | undefined
  /** Messages that the whole log held when it was read last. */
  #whole = 0
  /** Ordinal of the next message at that time; null while it was never read. */
  #wholeAt: number | null = null
  #gaps = 0
  /** Doubts in a row that a snapshot did not settle. */
  #unsettled = 0
  #chunk = 0
  readonly #readable: ReadableEnd
  /** Messages the last snapshot beside a followed connection was asked for. */
  #proofAsked: number | undefined

  constructor(options: ContainerReaderOptions) {
    const { maxLineBytes, position, since, source, stages, tty } = options
    const delivered = (this.#delivered = new Delivered(position?.cursor))
    const isUnproved = position === undefined && options.from === 'start' && options.wasThere === true
    this.#readable = new ReadableEnd(delivered.history, isUnproved)
    this.#tty = tty
    this.#passesOver = options.passesOver ?? false
    this.#priming = position === undefined && options.from === 'now'
    this.#maker = new RecordMaker({
      source,
      tty,
      maxLineBytes,
      stages: { ...NO_STAGES, ...stages },
      chunksShareStamp: true,
      unframed: tty,
      cursor: () => delivered.state,
      ...(position === undefined ? {} : { position }),
      ...(since === undefined ? {} : { since }),
    })
    this.#connection = this.#connect('snapshot', false, undefined)
  }

  get endIsCertain(): boolean {
    return false
  }

  get position(): ContainerPosition {
    return this.#maker.position
  }

  get primes(): boolean {
    return this.#priming
  }

  get aligned(): boolean {
    const { role, search, useless } = this.#connection
    return !useless && role === 'read' && !this.#priming && (search === undefined || this.#isEmpty)
  }

  open(how: 'follow' | 'snapshot' | 'proof'): LogRequest {
    if (how !== 'proof') this.#aside = undefined
    else this.#aside ??= this.#connection
    const follow = how === 'follow' && !this.#priming && this.#policy.follows && !this.#isSpecial
    const tail = this.#tail(follow)
    if (follow) this.#maker.forgetQuiet()
    this.#connection = this.#connect(how, follow, tail)
    return { follow, ...(tail === undefined ? {} : { tail }) }
  }

  push(chunk: Uint8Array): ReaderState {
    this.#chunk = 0
    try {
      this.#connection.parser.push(chunk, this.#onMessage)
    } catch (error) {
      if (!this.#fail(error)) throw error
    }
    this.#policy.grew(this.#chunk)
    return this.#state()
  }

  end(): ReaderState {
    const connection = this.#connection
    connection.parser.end(this.#onMessage)
    if (this.#priming) {
      this.#priming = false
      this.#maker.move()
      return 'reopen'
    }
    if (connection.held !== undefined) return 'doubt'
    if (connection.role !== 'read' && !connection.useless) {
      this.#endLook(connection)
      return 'reopen'
    }
    if (connection.useless || !this.#endSearch(connection)) return 'reopen'
    if (connection.follow) return 'aligned'
    this.#policy.caughtUp(connection.fresh)
    if (connection.how === 'proof') this.#proofAsked = connection.asked
    if (this.#policy.endIsKnown && this.#readable.ended(connection)) return 'reopen'
    return connection.how === 'follow' && this.#policy.endIsKnown ? 'reopen' : 'aligned'
  }

  cut(): void {
    this.#connection.parser.reset()
  }

  resume(proof: 'read' | 'impossible'): ReaderState {
    const connection = this.#aside
    if (connection === undefined) return this.#state()
    const { held = [], filter, contiguity } = connection
    const fresh = this.#delivered.history.next - this.#doubtAt
    this.#aside = undefined
    this.#connection = connection
    connection.held = undefined
    connection.passed += Math.max(0, held.length - 1)
    if (proof === 'impossible') {
      contiguity.admitAll()
      for (const message of held) this.#acceptUnproven(connection, message)
      return this.#state()
    }
    contiguity.proved(connection.passed)
    filter.settled(this.#doubtAt)
    // A follower that is far behind would send it all once more.
    if (fresh > REJOIN_MAX || this.#gaps > 0) connection.useless = true
    else for (const message of held) this.#settle(connection, message)
    return this.#state()
  }

  wasSilent(): void {
    if (this.#passesOver && this.#connection.follow) this.#connection.contiguity.doubtNext()
  }

  wasHeldUp(): void {
    const { contiguity } = this.#aside ?? this.#connection
    contiguity.beginAgain()
  }

  distrust(): void {
    this.#policy.missed()
  }

  get endIsKnown(): boolean {
    return this.#policy.endIsKnown
  }

  unanswered(): boolean {
    const connection = this.#connection
    if (connection.asked === undefined || connection.passed > 0) return false
    connection.useless = true
    this.#readable.giveUp()
    this.#policy.unanswered()
    return true
  }

  flush(): void {
    this.#maker.flush()
  }

  describe(source: Source): void {
    this.#maker.describe(source)
  }

  take(): Block | undefined {
    return this.#maker.take()
  }

  get awaitsSave(): boolean {
    return this.#maker.awaitsSave
  }

  saved(): void {
    this.#maker.saved()
  }

  tick(nowMs: number): boolean {
    return this.#maker.tick(nowMs)
  }

  get dueMs(): number | null {
    return this.#maker.dueMs
  }

  look(reply: readonly Uint8Array[]): Beyond {
    const { history } = this.#delivered
    const last = lastKey(this.#makeParser(), reply)
    if (last === undefined) return history.next === 0 ? 'nothing' : 'unclear'
    return this.#readable.sees(last) ? 'nothing' : 'something'
  }

  takeNotices(): Notice[] {
    const messages = (this.#aside ?? this.#connection).filter.takeReplayed()
    if (messages > 0) this.#maker.notices.push({ kind: 'replay', messages })
    return this.#maker.notices.length === 0 ? [] : this.#maker.notices.splice(0)
  }

  #state(): ReaderState {
    const { held, useless } = this.#connection
    if (useless) return 'reopen'
    if (held !== undefined) return 'doubt'
    return this.aligned ? 'aligned' : 'aligning'
  }

  /** A loss is being worked out: that takes snapshots. */
  get #isSpecial(): boolean {
    return this.#rest !== undefined || this.#readable.needsSnapshot
  }

  #tail(follow: boolean): number | undefined {
    if (this.#priming) return PRIMING_TAIL
    if (this.#rest !== undefined) return undefined
    return this.#readable.tail(this.#usualTail(follow))
  }

  #usualTail(follow: boolean): number | undefined {
    const { history, ring } = this.#delivered
    // Of a log that holds a part of the ring only the whole tells where the place is, and that is little.
    if (this.#wholeAt !== null && this.#stored < ring.length) return undefined
    return this.#policy.tail({ ring: ring.length, seen: history.next, follow })
  }

  /** Messages that the log holds up to the place, if none were rotated away since all of it was read. */
  get #stored(): number {
    return this.#whole + (this.#wholeAt === null ? 0 : this.#delivered.history.next - this.#wholeAt)
  }

  /** Nothing was stored when all of it was read last. */
  get #isEmpty(): boolean {
    return this.#whole === 0 && this.#wholeAt === this.#delivered.history.next
  }

  #connect(how: Connection['how'], follow: boolean, asked: number | undefined): Connection {
    const { history, ring } = this.#delivered
    if (how !== 'proof') this.#gaps = 0
    const limit = follow ? (asked ?? this.#stored + 1) : Infinity
    const role = this.#rest === undefined ? this.#readable.role : 'read'
    const isLimited = this.#rest === undefined && this.#readable.bounds(asked)
    const rest = this.#rest === undefined ? undefined : new RestSearch(this.#rest.lastKnown)
    return {
      how,
      follow,
      asked,
      parser: this.#makeParser(),
      contiguity: new Contiguity(asked, ring.length === 0),
      filter: new ReplayFilter(history),
      search:
        rest ??
        (ring.length === 0 || role !== 'read'
          ? undefined
          : new RingSearch(ring, {
              asked: isLimited ? undefined : asked,
              limit,
              repeats: this.#delivered.repeats,
            })),
      known: [],
      role,
      isLimited,
      isLate: false,
      hasKnown: false,
      hasNew: false,
      hasPassedOver: false,
      useless: false,
      passed: 0,
      first: undefined,
      fresh: 0,
      held: undefined,
    }
  }

  #makeParser(): MessageParser {
    return this.#tty ? new TtyDemultiplexer(CHUNK_BYTES, () => this.#maker.unterminated) : new Demultiplexer()
  }

  readonly #onMessage: MessageHandler = (stream, buffer, start, end) => {
    const connection = this.#connection
    if (connection.useless) return
    const key = messageKey(stream, buffer, start, end)
    if (this.#priming) return this.#delivered.add(key, buffer, start)
    if (connection.held !== undefined) {
      connection.held.push({ stream, key, message: buffer.slice(start, end) })
      return
    }
    connection.passed += 1
    connection.first ??= key
    if (connection.role !== 'read' && !this.#isWanted(connection, key, stream, buffer, start, end)) return
    if (connection.search !== undefined && !this.#search(connection, key, buffer, start)) return
    if (!connection.follow) return this.#deliver(connection, key, stream, buffer, start, end)
    const answer = connection.filter.push(key, !this.#delivered.isNewer(buffer, start))
    if (answer === 'replay') return
    if (answer === 'new' && connection.contiguity.admits(end - start)) {
      return this.#deliver(connection, key, stream, buffer, start, end)
    }
    connection.held = [{ stream, key, message: buffer.slice(start, end) }]
    this.#doubtAt = this.#delivered.history.next
  }

  /** Takes a message of a connection that is not for reading on; whether it is to be delivered as the next one. */
  #isWanted(
    connection: Connection,
    key: number,
    stream: number,
    buffer: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    const isKnown = this.#delivered.history.find(key) >= 0
    connection.hasKnown ||= isKnown
    if (connection.role === 'measure') return false
    if (connection.role !== 'deliver') {
      connection.useless = true
      this.#readable.looked(key, this.#delivered.isNewer(buffer, start))
      return false
    }
    if (connection.passed === 1) this.#beginBehind(connection, key)
    if (!connection.isLate || connection.useless) return !connection.useless
    connection.useless = isKnown
    if (isKnown) this.#resumeBehindLate(connection, key)
    else {
      keepLast(connection.known, key)
      this.#maker.add(stream, buffer, start, end)
    }
    return false
  }

  /** What came late lies, in the log, right before this message, which was delivered before it, and all that was delivered since. */
  #resumeBehindLate({ asked, known }: Connection, key: number): void {
    const { history } = this.#delivered
    const since = history.next - history.findFrom(key, history.next - asked!)
    this.#delivered.resumeBehind([...known, ...history.last(since)])
  }

  #beginBehind(connection: Connection, key: number): void {
    const how = this.#readable.delivers(key)
    if (how === undefined) {
      connection.useless = true
      return
    }
    connection.isLate = how.isLate
    if (how.isGap) this.#gap()
  }

  /** A connection that is not for reading on is over, before or after what it should tell. */
  #endLook({ first, hasKnown, passed, role }: Connection): void {
    if (role === 'measure') this.#readable.measured(passed, first, hasKnown)
    else if (role !== 'deliver') this.#readable.looked(undefined, false)
    else if (passed === 0) this.#readable.giveUp()
  }

  /** The reply ended with an error: some do at something that cannot be read. Whether that tells what it was asked for. */
  #fail(error: unknown): boolean {
    const connection = this.#connection
    if (this.#priming || !(error instanceof EngineError)) return false
    if (connection.useless) return true
    connection.useless = true
    if (connection.role !== 'read') {
      this.#endLook(connection)
      return connection.role !== 'deliver'
    }
    this.#readable.suspect({ asked: connection.asked ?? Infinity, missing: 0, isCovered: false }, true)
    return false
  }

  /** Takes a message before the place is found; whether it is the first new one. */
  #search(connection: Connection, key: number, buffer: Uint8Array, start: number): boolean {
    const { asked, follow, isLimited, search } = connection
    if (search instanceof RestSearch) {
      const isNew = search.push(key)
      if (isNew) this.#foundRest(connection)
      else keepLast(connection.known, key)
      return isNew
    }
    const isKnown = this.#delivered.history.find(key) >= 0
    if (!isKnown) connection.hasNew = connection.hasKnown
    else {
      connection.hasKnown = true
      connection.hasPassedOver ||= connection.hasNew
    }
    const known = (asked === undefined || isLimited) && isKnown
    const answer = search!.push(key, { known, newer: this.#delivered.isNewer(buffer, start) })
    if (answer === 'found') {
      connection.search = undefined
      if (follow) this.#policy.found()
      if (asked !== undefined) this.#policy.answered()
    }
    if (answer === 'more') {
      connection.useless = true
      this.#policy.missed()
    }
    return false
  }

  /** The reply is over. Whether it told where the place is. */
  #endSearch(connection: Connection): boolean {
    const { asked, first, passed, search } = connection
    if (asked === undefined) {
      this.#whole = passed
      this.#wholeAt = this.#delivered.history.next
      this.#policy.noteWhole(first)
    }
    if (search === undefined) return true
    if (search instanceof RestSearch) {
      if (search.found) this.#foundRest(connection)
      else this.#rest = { lastKnown: undefined }
      return search.found
    }
    const answer = search.end()
    if (answer === 'empty' || answer === 'found') return true
    if (answer === 'more') this.#askForMore(connection)
    else if (!this.#readable.isDamaged || !this.#readable.suspect(BEHIND_PLACE, false)) {
      this.#readable.giveUp()
      if (asked === undefined) this.#lose(search.lastKnown)
      else this.#askForMore(connection)
    }
    return false
  }

  /** What follows is new. The reply may be cut at any message: from here on the place is known. */
  #foundRest(connection: Connection): void {
    connection.search = undefined
    this.#rest = undefined
    this.#delivered.resumeBehind(connection.known)
  }

  #askForMore({ asked, first, hasPassedOver, passed }: Connection): void {
    const isShort = passed < asked!
    // What was delivered is there, and something is left out: not where the log holds what was never delivered instead.
    const isKnown = first !== undefined && this.#delivered.history.find(first) >= 0
    const isCovered = isShort && isKnown && !hasPassedOver
    if (isCovered && this.#readable.suspect({ asked: asked!, missing: asked! - passed, isCovered }, false))
      return
    if (isShort) this.#policy.failed(first)
    else this.#policy.missed()
  }

  #lose(lastKnown: number | undefined): void {
    this.#rest = { lastKnown }
    this.#gap()
  }

  #gap(): void {
    this.#gaps += 1
    this.#maker.gap(this.#delivered.newest)
  }

  /** The message came before the snapshot that has just been delivered. */
  #settle(connection: Connection, { key, message, stream }: OwnedMessage): void {
    if (connection.useless) return
    if (connection.filter.settle(key)) {
      this.#unsettled = 0
      return
    }
    this.#unsettled += 1
    connection.useless = this.#unsettled <= UNSETTLED_MAX
    if (connection.useless) {
      // The snapshot ended before it, at something that cannot be read.
      if (this.#unsettled > 1)
        this.#readable.suspect({ ...BEHIND_PLACE, asked: this.#proofAsked ?? Infinity }, false)
      return
    }
    // The store keeps from snapshots what it gives to followers.
    this.#gap()
    this.#deliver(connection, key, stream, message, 0, message.length)
  }

  #acceptUnproven(connection: Connection, { key, message, stream }: OwnedMessage): void {
    const answer = connection.filter.push(key, !this.#delivered.isNewer(message, 0))
    if (answer === 'new') this.#deliver(connection, key, stream, message, 0, message.length)
  }

  #deliver(
    connection: Connection,
    key: number,
    stream: number,
    buffer: Uint8Array,
    start: number,
    end: number,
  ): void {
    connection.fresh += 1
    this.#chunk += 1
    this.#delivered.add(key, buffer, start)
    this.#maker.add(stream, buffer, start, end)
  }
}

function keepLast(keys: number[], key: number): void {
  keys.push(key)
  if (keys.length >= 2 * RING_KEYS) keys.splice(0, keys.length - RING_KEYS)
}

/** Messages that are remembered of what is stored, where only what comes later is wanted. */
const PRIMING_TAIL = 50
/** A follower that has more than this to send again, messages, is opened again instead. */
const REJOIN_MAX = 4096
const UNSETTLED_MAX = 2
/** Something that lies behind what was delivered did not come. */
const BEHIND_PLACE: Suspicion = { asked: Infinity, missing: 0, isCovered: false }
