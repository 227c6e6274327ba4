import type { Block } from '../../dispatch/block.ts'
import { EngineError } from '../../ports/docker-engine.ts'
import type { ContainerPosition } from './container-position.ts'
import type {
  Beyond,
  ContainerReader,
  ContainerReaderOptions,
  LogRequest,
  ReaderState,
} from './container-reader.ts'
import { Contiguity } from './contiguity.ts'
import { Delivered } from './delivered.ts'
import { Demultiplexer } from './demultiplexer.ts'
import { HISTORY_KEYS } from './key-history.ts'
import { KnownParts } from './known-parts.ts'
import { lastKey } from './last-key.ts'
import { messageKey } from './message-key.ts'
import type { MessageHandler, MessageParser } from './message-parser.ts'
import type { Notice } from './notice.ts'
import { RecordMaker } from './record-maker.ts'
import { Recovery, type RecoveredReply } from './recovery.ts'
import { ReplayFilter } from './replay-filter.ts'
import { RestSearch } from './rest-search.ts'
import { RingSearch } from './ring-search.ts'
import { CHUNK_BYTES } from './stored-chunk.ts'
import { TailPolicy } from './tail-policy.ts'
import { TtyDemultiplexer } from './tty-demultiplexer.ts'

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
  /** It is only looked at, because something in the log cannot be read. */
  readonly measured: KnownParts | undefined
  /** The end of such a log, of which what is missing is delivered. */
  readonly recovered: RecoveredReply | undefined
  /** It was asked for all that lies behind what cannot be read. */
  readonly capped: boolean
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
  #delivered: Delivered
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
  /** The last attempt to ask for the end of the log brought less than was asked for, and not the ring. */
  #tailFailed = false
  #gaps = 0
  /** Doubts in a row that a snapshot did not settle. */
  #unsettled = 0
  #chunk = 0
  /** Key of a stored message that was not delivered. */
  #unreached: number | undefined
  #recovery: Recovery | undefined
  /** Ordinal of the first message behind what cannot be read. */
  #readableFrom: number | undefined
  /** Not yet proved that the engine left nothing out of a log that was read for the first time. */
  #unchecked: boolean
  /** Key of the first message of a log that is shorter than what was asked for, and in which all can be read. */
  #start: number | undefined

  constructor(options: ContainerReaderOptions) {
    const { maxLineBytes, position, source, tty } = options
    this.#delivered = new Delivered(position?.cursor)
    this.#unchecked = position === undefined && options.from === 'start'
    this.#tty = tty
    this.#priming = position === undefined && options.from === 'now'
    this.#maker = new RecordMaker({
      source,
      tty,
      maxLineBytes,
      chunksShareStamp: true,
      unframed: tty,
      cursor: () => this.#delivered.state,
      ...(position === undefined ? {} : { position }),
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
    const { search, useless } = this.#connection
    return !useless && !this.#priming && (search === undefined || (this.#whole === 0 && this.#tailFailed))
  }

  open(how: 'follow' | 'snapshot' | 'proof'): LogRequest {
    if (how !== 'proof') this.#aside = undefined
    else this.#aside ??= this.#connection
    const follow = how === 'follow' && !this.#priming && this.#policy.follows && !this.#isSpecial
    const tail = this.#tail(follow)
    this.#connection = this.#connect(how, follow, tail)
    return { follow, ...(tail === undefined ? {} : { tail }) }
  }

  push(chunk: Uint8Array): ReaderState {
    this.#chunk = 0
    try {
      this.#connection.parser.push(chunk, this.#onMessage)
    } catch (error) {
      this.#fail(error)
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
    if (connection.measured !== undefined) {
      this.#measured(connection.passed, connection.measured)
      return 'reopen'
    }
    if (connection.recovered !== undefined) this.#endRecovery()
    else if (connection.useless || !this.#endSearch(connection)) return 'reopen'
    if (connection.follow) return 'aligned'
    this.#policy.caughtUp(connection.fresh)
    if (this.#doubtsSnapshot(connection)) return 'reopen'
    return connection.how === 'follow' ? 'reopen' : 'aligned'
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

  distrust(): void {
    this.#policy.missed()
  }

  unanswered(): boolean {
    const connection = this.#connection
    if (connection.asked === undefined || connection.passed > 0) return false
    this.#giveTailUp(connection.first)
    connection.useless = true
    return true
  }

  flush(): void {
    this.#maker.flush()
  }

  take(): Block | undefined {
    return this.#maker.take()
  }

  look(reply: readonly Uint8Array[]): Beyond {
    const { history } = this.#delivered
    const last = lastKey(this.#makeParser(), reply)
    if (last === undefined) return history.next === 0 ? 'nothing' : 'unclear'
    if (this.#unchecked && history.next > 0) return 'unclear'
    this.#unreached = history.find(last) < 0 ? last : undefined
    return this.#unreached === undefined ? 'nothing' : 'something'
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
    return (
      this.#rest !== undefined ||
      this.#recovery !== undefined ||
      (this.#unchecked && this.#delivered.history.next > 0)
    )
  }

  #tail(follow: boolean): number | undefined {
    if (this.#priming) return PRIMING_TAIL
    if (this.#recovery !== undefined) return this.#recovery.ask
    if (this.#rest !== undefined) return undefined
    const { history, ring } = this.#delivered
    const tail = this.#policy.tail({ ring: ring.length, seen: history.next, follow })
    return this.#readable < (tail ?? Infinity) ? this.#readable : tail
  }

  /** Messages behind what cannot be read. */
  get #readable(): number {
    return this.#readableFrom === undefined ? Infinity : this.#delivered.history.next - this.#readableFrom
  }

  #connect(how: Connection['how'], follow: boolean, asked: number | undefined): Connection {
    const { history, ring } = this.#delivered
    if (how !== 'proof') this.#gaps = 0
    const limit = follow ? (asked ?? this.#whole + 1) : Infinity
    const recovery = this.#recovery
    const capped = recovery === undefined && asked !== undefined && asked === this.#readable
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
        (ring.length === 0 || recovery !== undefined
          ? undefined
          : new RingSearch(ring, { asked: capped ? undefined : asked, limit })),
      measured: recovery?.measures === true ? new KnownParts(history) : undefined,
      recovered: recovery?.measures === false ? recovery.begin(this.#delivered) : undefined,
      capped,
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
    if (connection.measured !== undefined) return connection.measured.push(key)
    if (connection.recovered !== undefined) return this.#recover(connection, key, stream, buffer, start, end)
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

  /** Takes a message of the end of a log in which something cannot be read. */
  #recover(
    connection: Connection,
    key: number,
    stream: number,
    buffer: Uint8Array,
    start: number,
    end: number,
  ): void {
    const recovered = connection.recovered!
    const answer = recovered.push(key)
    if (answer !== 'known' && this.#recovery!.tells()) this.#gap()
    if (answer === 'new') {
      this.#delivered = recovered.delivered
      return this.#deliver(connection, key, stream, buffer, start, end)
    }
    recovered.delivered.add(key, buffer, start)
    if (answer === 'late') this.#maker.add(stream, buffer, start, end)
    if (recovered.isBeyond) {
      this.#delivered = recovered.delivered
      this.#maker.move()
    }
  }

  /** Something that was asked for to be measured has come. */
  #measured(passed: number, parts: KnownParts): void {
    const recovery = this.#recovery!
    recovery.answer(passed, parts)
    if (recovery.isIntact) {
      if (recovery.wasShort) this.#readableFrom = this.#delivered.history.next - recovery.untilPlace
      this.#unchecked = false
      this.#recovery = undefined
    } else if (recovery.isHopeless) this.#giveTailUp(this.#start)
  }

  #endRecovery(): void {
    this.#recovery = undefined
    this.#unchecked = false
    this.#readableFrom = this.#delivered.history.oldest
  }

  /** The end of the log cannot be asked for. */
  #giveTailUp(first: number | undefined): void {
    this.#recovery = undefined
    this.#unchecked = false
    this.#readableFrom = undefined
    this.#tailFailed = true
    this.#policy.noteWhole(first, { tailFailed: true })
    this.#policy.needsWhole()
  }

  /** The reply ended with an error. A snapshot does at something that cannot be read; what lies behind it is looked for, unless that was in vain. */
  #fail(error: unknown): void {
    const connection = this.#connection
    if (this.#priming || !(error instanceof EngineError)) throw error
    connection.useless = true
    if (connection.measured !== undefined) return this.#measured(0, connection.measured)
    if (connection.recovered === undefined && !connection.follow && !this.#tailFailed) {
      this.#recovery = new Recovery(connection.asked ?? Infinity)
      return
    }
    this.#recovery = undefined
    this.#tailFailed = false
    this.#policy.noteWhole(undefined, { tailFailed: false })
    this.#policy.missed()
    throw error
  }

  /** Takes a message before the place is found; whether it is the first new one. */
  #search(connection: Connection, key: number, buffer: Uint8Array, start: number): boolean {
    const { asked, capped, follow, search } = connection
    if (search instanceof RestSearch) {
      const isNew = search.push(key)
      if (isNew) connection.search = undefined
      return isNew
    }
    const known = (asked === undefined || capped) && this.#delivered.history.find(key) >= 0
    const answer = search!.push(key, { known, newer: this.#delivered.isNewer(buffer, start) })
    if (answer === 'found') {
      connection.search = undefined
      if (follow) this.#policy.found()
      if (asked !== undefined) this.#tailFailed = false
    }
    if (answer === 'more') {
      connection.useless = true
      this.#policy.missed()
    }
    return false
  }

  /** The reply is over. Whether it told where the place is. */
  #endSearch(connection: Connection): boolean {
    const { asked, capped, first, passed, search } = connection
    if (asked === undefined) {
      this.#whole = passed
      this.#policy.noteWhole(first, { tailFailed: this.#tailFailed })
    }
    if (search === undefined) {
      this.#rest = undefined
      return true
    }
    if (search instanceof RestSearch) {
      this.#rest = search.found ? undefined : { lastKnown: undefined }
      return search.found
    }
    const answer = search.end()
    if (answer === 'empty' || answer === 'found') return true
    if (answer === 'more') this.#askForMore(passed < asked!)
    else if (capped) this.#recovery = new Recovery(Infinity)
    else this.#lose(search.lastKnown)
    return false
  }

  /**
   * Whether a snapshot may lack something. It does when it did not reach what was seen at the end of the log; it may when it is the first one, or
   * brought less than was asked for and the log is not known to be so short.
   */
  #doubtsSnapshot({ asked, capped, first, passed, recovered }: Connection): boolean {
    const unreached = this.#unreached
    this.#unreached = undefined
    if (recovered !== undefined || this.#tailFailed) return false
    if (unreached !== undefined && this.#delivered.history.find(unreached) < 0) {
      this.#recovery = new Recovery(asked ?? Infinity)
      return true
    }
    const isShort = asked !== undefined && !capped && passed < asked && first !== this.#start
    if (passed === 0 || !(this.#unchecked || isShort)) return false
    this.#start = first
    this.#recovery = new Recovery(
      asked !== undefined && isShort ? asked : Infinity,
      Math.min(passed, CHECKED_MAX),
    )
    return true
  }

  #askForMore(isShort: boolean): void {
    this.#tailFailed = isShort
    if (isShort) this.#policy.needsWhole()
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
    if (connection.useless) return
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

/** Messages that are remembered of what is stored, where only what comes later is wanted. */
const PRIMING_TAIL = 50
/** A follower that has more than this to send again, messages, is opened again instead. */
const REJOIN_MAX = 4096
const UNSETTLED_MAX = 2
/** Messages at the end of a log among which something left out is looked for: no more than are remembered. */
const CHECKED_MAX: number = HISTORY_KEYS / 2
