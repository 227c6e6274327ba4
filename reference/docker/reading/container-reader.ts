import type { Block, Source } from '../../dispatch/block.ts'
import type { ContainerPosition } from './container-position.ts'
import type { StageSettings } from '../stages/stages.ts'
import type { Notice } from './notice.ts'

export type { Notice } from './notice.ts'

export interface ContainerReaderOptions {
  readonly source: Source
  readonly tty: boolean
  /** The log is read in snapshots because the engine's follow cannot be trusted (Podman). */
  readonly poll: boolean
  /** False: the end of the log does not come as it was stored, so every snapshot is of all of it. Default true. */
  readonly tail?: boolean
  /** Whether a follow may pass over a log file, see {@link LogReading}. Default false. */
  readonly passesOver?: boolean
  /** A longer line is cut into records of this length, bytes. */
  readonly maxLineBytes: number
  /** What is done with lines before they are records. Default: nothing. */
  readonly stages?: Partial<StageSettings>
  readonly position?: ContainerPosition
  /** Without a position: everything that is stored, or only what comes from now on. */
  readonly from: 'start' | 'now'
  /** From the start, but without what was written before this moment: exactly what lies before the first message that was not. A stamp of the usual form. */
  readonly since?: string
  /** The container was there before anything was heard of it: its log may be old, and is not trusted to be readable. Default false. */
  readonly wasThere?: boolean
}

/** What to ask the engine for. */
export interface LogRequest {
  readonly follow: boolean
  readonly tail?: number
}

/**
 * 'aligning': not at the cursor yet. 'reopen': this reply has told what it can, ask again. 'doubt': the followed reply does not tell what of it is
 * new: a snapshot is to be read beside it (`open('proof')`) before it is read on.
 */
export type ReaderState = 'aligning' | 'aligned' | 'reopen' | 'doubt'

/** What the last message that is stored says. 'unclear': there is none, although there were some. */
export type Beyond = 'nothing' | 'something' | 'unclear'

/**
 * Makes records of a container's log: bytes in, blocks and positions out. Pure: it opens nothing and waits for nothing.
 *
 *     open() -> push()* -> end() | cut()                               one connection, again and again; take() at any time
 *     'doubt' -> open('proof') -> push()* -> end() ... -> resume()     a snapshot beside a followed connection, which then goes on
 *
 * Whatever the connections do, the records are those the engine stored, each once, in its order, with the same ordinals.
 */
export interface ContainerReader {
  /** Where reading resumes after everything pushed so far. */
  readonly position: ContainerPosition
  /** True when what the connection brings next is new. */
  readonly aligned: boolean
  /** True while what exists already is to be passed over before anything is delivered. */
  readonly primes: boolean
  /** False: a reply that ended may have ended early, and the last stored message should be looked at. */
  readonly endIsCertain: boolean
  /** Begins a connection. A 'snapshot' has an end, which tells for certain what the log holds; what 'follow' asks for may be one first. */
  open(how: 'follow' | 'snapshot' | 'proof'): LogRequest
  /**
   * Takes bytes of the connection.
   * @throws EngineError `protocol` when they are no log, or are an error message of the engine. What came before is taken.
   */
  push(chunk: Uint8Array): ReaderState
  /** The engine ended the reply cleanly. Never 'aligning'. @throws EngineError `protocol` when it ended within a frame. */
  end(): ReaderState
  /** The connection broke or was closed by us: forgets an unfinished message. */
  cut(): void
  /** Goes on with the followed connection. @param proof 'impossible': the container is gone, and this connection is all that is left of its log */
  resume(proof: 'read' | 'impossible'): ReaderState
  /**
   * The followed connection was silent, soon after it was opened: what comes next may not be what was stored next. Where the engine may pass over something the
   * next new message is a doubt.
   */
  wasSilent(): void
  /** The followed connection was not read for a while: what it brings next may not be what was stored next, and the next new message is a doubt. */
  wasHeldUp(): void
  /** The follower does not bring what is stored: the next connection is to be a snapshot. */
  distrust(): void
  /** Whether the engine knows where the log ends, as far as is known. Where it does not a follow is silent, and snapshots are taken one after the other. */
  readonly endIsKnown: boolean
  /** Nothing came of a snapshot in time. Whether it may be answered when it is asked for otherwise: then as 'reopen'. */
  unanswered(): boolean
  /** The container stopped and all was read, or it is gone: what was withheld is delivered, and open lines become records. */
  flush(): void
  /** The source carries other attributes from now on, such as another name: so do the records made from now on. */
  describe(source: Source): void
  /** Records completed and position reached since the last call; undefined when nothing changed. Call it until then: a block ends with its epoch. */
  take(): Block | undefined
  /**
   * True when there is more to take, but only once what was taken is on disk with its position: something was decided that a crash must not have decided otherwise.
   * To be answered with {@link saved}.
   */
  readonly awaitsSave: boolean
  saved(): void
  /**
   * Everything that is stored was read, and nothing has come since the last call of this or of `push`. Records of several lines may be complete because of that.
   * @param nowMs milliseconds of the monotonic clock
   * @returns whether there is something to take
   */
  tick(nowMs: number): boolean
  /** When `tick` would complete something if nothing comes until then; null when it would not. */
  readonly dueMs: number | null
  /** What a complete reply to `tail=1` says. */
  look(reply: readonly Uint8Array[]): Beyond
  /** What happened since the last call. */
  takeNotices(): Notice[]
}
