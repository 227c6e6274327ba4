import type { Block, Source } from '../../dispatch/block.ts'
import { BehindSearch } from './behind-search.ts'
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
import { RING_KEYS } from './cursor-state.ts'
import { lastKey } from './last-key.ts'
import { messageKey } from './message-key.ts'
import type { MessageHandler, MessageParser } from './message-parser.ts'
import type { Notice } from './notice.ts'
import { RecordMaker } from './record-maker.ts'
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
  /** The last keys of a reply of the whole log that were known, where the ring is lost. */
  readonly known: number[]
  /** Beyond something unreadable: the reply is measured only, or what is not known of it is delivered. */
  readonly beyond: 'measured' | 'delivered' | undefined
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
  /** The last attempt to ask for the end of the log brought less than was asked for, and not the ring. */
  #tailFailed = false
  #gaps = 0
  /** Doubts in a row that a snapshot did not settle. */
  #unsettled = 0
  #chunk = 0
  /** Key of a stored message that was not delivered. */
  #unreached: number | undefined
  #behind: BehindSearch | undefined

  constructor(options: ContainerReaderOptions) {
    const { maxLineBytes, position, source, tty, filter = null } = options
    const delivered = (this.#delivered = new Delivered(position?.cursor))
    this.#tty = tty
    this.#priming = position === undefined && options.from === 'now'
    this.#maker = new RecordMaker({
      source,
      tty,
      maxLineBytes,
      filter,
      chunksShareStamp: true,
      unframed: tty,
      cursor: () => delivered.state,
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
    this.#connection.parser.push(chunk, this.#onMessage)
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
    if (connection.beyond === 'measured') {
      this.#behind!.answer(connection.passed)
      return 'reopen'
    }
    this.#behind = undefined
    if (connection.useless || !this.#endSearch(connection)) return 'reopen'
    if (connection.follow) return 'aligned'
    this.#policy.caughtUp(connection.fresh)
    if (this.#endedEarly(connection)) {
      this.#behind = new BehindSearch(connection.asked ?? Infinity)
      return 'reopen'
    }
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

  flush(): void {
    this.#maker.flush()
  }

  describe(source: Source): void {
    this.#maker.describe(source)
  }

  take(): Block | undefined {
    return this.#maker.take()
  }

  look(reply: readonly Uint8Array[]): Beyond {
    const { history } = this.#delivered
    const last = lastKey(this.#makeParser(), reply)
    if (last === undefined) return history.next === 0 ? 'nothing' : 'unclear'
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
    return this.#rest !== undefined || this.#behind !== undefined
  }

  #tail(follow: boolean): number | undefined {
    if (this.#priming) return PRIMING_TAIL
    if (this.#behind !== undefined) return this.#behind.done ? this.#behind.whole : this.#behind.ask
    if (this.#rest !== undefined) return undefined
    const { history, ring } = this.#delivered
    // Of a log that holds a part of the ring only the whole tells where the place is, and that is little.
    if (this.#wholeAt !== null && this.#stored < ring.length) return undefined
    return this.#policy.tail({ ring: ring.length, seen: history.next, follow })
  }

  /** Messages that the log holds up to the place, if none were rotated away since all of it was read. */
  get #stored(): number {
    return this.#whole + (this.#wholeAt === null ? 0 : this.#delivered.history.next - this.#wholeAt)
  }

  #connect(how: Connection['how'], follow: boolean, asked: number | undefined): Connection {
    const { history, ring } = this.#delivered
    if (how !== 'proof') this.#gaps = 0
    const limit = follow ? (asked ?? this.#stored + 1) : Infinity
    const beyond = this.#behind === undefined ? undefined : this.#behind.done ? 'delivered' : 'measured'
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
        (ring.length === 0 || beyond !== undefined ? undefined : new RingSearch(ring, { asked, limit })),
      known: [],
      beyond,
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
    if (connection.beyond !== undefined && !this.#isBeyond(connection, key)) return
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

  /** Whether a message behind something unreadable is to be delivered. What is known of the reply comes first. */
  #isBeyond({ beyond, fresh }: Connection, key: number): boolean {
    if (beyond === 'measured') return false
    if (fresh > 0) return true
    if (this.#delivered.history.find(key) >= 0) return false
    this.#gap()
    return true
  }

  /** Takes a message before the place is found; whether it is the first new one. */
  #search(connection: Connection, key: number, buffer: Uint8Array, start: number): boolean {
    const { asked, follow, search } = connection
    if (search instanceof RestSearch) {
      const isNew = search.push(key)
      if (isNew) this.#foundRest(connection)
      else keepLast(connection.known, key)
      return isNew
    }
    const known = asked === undefined && this.#delivered.history.find(key) >= 0
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
    const { asked, first, passed, search } = connection
    if (asked === undefined) {
      this.#whole = passed
      this.#wholeAt = this.#delivered.history.next
      this.#policy.noteWhole(first, { tailFailed: this.#tailFailed })
    }
    if (search === undefined) return true
    if (search instanceof RestSearch) {
      if (search.found) this.#foundRest(connection)
      else this.#rest = { lastKnown: undefined }
      return search.found
    }
    const answer = search.end()
    if (answer === 'empty' || answer === 'found') return true
    if (answer === 'more') this.#askForMore(passed < asked!)
    else this.#lose(search.lastKnown)
    return false
  }

  /** What follows is new. The reply may be cut at any message: from here on the place is known. */
  #foundRest(connection: Connection): void {
    connection.search = undefined
    this.#rest = undefined
    this.#delivered.resumeBehind(connection.known)
  }

  /** Whether a snapshot lacks what was seen at the end of the log: it ended at something unreadable. That is looked into once for each sight. */
  #endedEarly({ beyond }: Connection): boolean {
    const unreached = this.#unreached
    this.#unreached = undefined
    return beyond === undefined && unreached !== undefined && this.#delivered.history.find(unreached) < 0
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

function keepLast(keys: number[], key: number): void {
  keys.push(key)
  if (keys.length >= 2 * RING_KEYS) keys.splice(0, keys.length - RING_KEYS)
}

/** Messages that are remembered of what is stored, where only what comes later is wanted. */
const PRIMING_TAIL = 50
/** A follower that has more than this to send again, messages, is opened again instead. */
const REJOIN_MAX = 4096
const UNSETTLED_MAX = 2
