import { EngineError } from '../../../reference/ports/index.ts'
import type { SeededRandom } from '../../world/seeded-random.ts'
import type { ByteReply } from '../../wire/byte-reply.ts'
import type { Host } from '../../world/host.ts'
import type { ContainerLog } from '../log/container-log.ts'
import { joinedTail } from './joined-tail.ts'
import { LogReply, type LogReplyOptions } from './log-reply.ts'
import type { MessageReply } from './message-reply.ts'
import type { EnginePersonality } from '../personality.ts'
import { EVERYTHING, isAsStored, SelectedLog, type LogSelection } from './selected-log.ts'
import type { SimulatedContainer } from '../simulated-container.ts'
import { SplitFollowReply } from './split-follow-reply.ts'

export interface OpenLogOptions {
  readonly follow: boolean
  /** Stored messages to begin with, counted from the end; Infinity for all. */
  readonly tail: number
  /** Default everything, with stamps. */
  readonly selection?: LogSelection
  /** Whether each message has a header. Default where the container has no TTY. */
  readonly framed?: boolean
}

/** The engine's answer to who asks for a container's log, before it is on its way. */
export interface OpenedLog {
  readonly sent: ByteReply
  /** Whether it goes on with what comes: only while the container runs. */
  readonly follow: boolean
  /** Whether each message has a header. */
  readonly framed: boolean
  /** Stored messages the engine had to read to find where to begin. */
  readonly linesScanned: number
}

/** What the engine that is asked is like. */
export interface AskedEngine {
  readonly host: Host
  readonly personality: EnginePersonality
  readonly random: SeededRandom
}

/** Begins to read a container's log. @throws EngineError `conflict` (being removed), `not_supported` (log driver) */
export function openReply(
  engine: AskedEngine,
  container: SimulatedContainer,
  options: OpenLogOptions,
): OpenedLog {
  assertReadable(container)
  const follow = options.follow && container.running
  const reply = replyOf(engine, container, { follow, tail: options.tail })
  const { selection = EVERYTHING, framed = !container.tty } = options
  const { personality } = engine
  const sent = isAsStored(selection, framed, personality)
    ? reply
    : new SelectedLog(reply, framed, selection, personality)
  return { sent, follow, framed, linesScanned: reply.linesScanned }
}

function replyOf(engine: AskedEngine, container: SimulatedContainer, options: LogReplyOptions): MessageReply {
  const { host, personality, random } = engine
  const { splitFollow, tailJoinsPieces } = personality
  const read = (log: ContainerLog, of: LogReplyOptions): LogReply =>
    new LogReply(log, of, personality, random)
  const open = (of: LogReplyOptions): LogReply => {
    if (of.follow || of.tail === Infinity || !tailJoinsPieces) return read(container.log, of)
    const joined = joinedTail(read(container.log, ALL_STORED), of.tail)
    return read(joined, ALL_STORED)
  }
  if (!options.follow || splitFollow === null) return open(options)
  return new SplitFollowReply({
    host,
    random: container.random,
    timing: splitFollow,
    // The whole log is one read.
    stored: options.tail === Infinity ? null : open({ ...options, follow: false }),
    openToCome: () => open({ follow: true, tail: options.tail === Infinity ? Infinity : 0 }),
    isRemoved: () => container.state === 'removed',
  })
}

const ALL_STORED: LogReplyOptions = { follow: false, tail: Infinity }

function assertReadable(container: SimulatedContainer): void {
  if (container.state === 'removing') {
    throw new EngineError('conflict', 'can not get logs from container which is dead or marked for removal')
  }
  if (container.logDriver === 'none') {
    throw new EngineError('not_supported', 'configured logging driver does not support reading')
  }
}
