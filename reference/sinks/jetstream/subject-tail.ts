import type { JetStreamConnection, StoredMessage } from '../../ports/jet-stream.ts'
import { checkOf, heldRecords, type HeldRecords } from './message.ts'
import { comparePlaces, type Place, type RecordCursor } from './record-cursor.ts'

/** What is known of the end of a subject, of which this process is the only publisher. */
export interface SubjectTail {
  /** Of the last message that is known; 0 for none. */
  sequence: number
  /** Whether the server has confirmed it to this process. Until then the messages behind it may be those of the process before this one. */
  confirmed: boolean
  /** The last message of which it is not known whether it is stored: its id. */
  sent: string | null
  /** Records of a write that did not end, which are stored: the next write begins among them. */
  stored: { readonly from: Place; to: Place } | null
}

/** Somebody else has published to the subject. */
export class OtherPublisher extends Error {
  override readonly name = 'OtherPublisher'
}

export interface CatchUpOptions {
  readonly connection: Pick<JetStreamConnection, 'nextMessage' | 'lastMessage'>
  readonly stream: string
  readonly subject: string
  readonly source: string
  readonly signal: AbortSignal
  /** Passes records that no message can hold: they are in none. */
  readonly passUnfit: () => void
}

export interface CaughtUp {
  /** Records of the batch that turned out to be stored. */
  readonly found: number
  /** Messages with other records under the ids of those in the batch, or behind them: the numbering is not what it was. */
  readonly others: number
  /** The last message that was known is not there any more. */
  readonly shrunk: boolean
}

/**
 * Reads what the subject holds behind its known tail and compares it with the records that are to come: the cursor passes those that are stored.
 *
 *     subject   | known ... | 41 | 42 | 43 |
 *                           ^ tail         ^ tail then
 *     cursor                  41   42   43   44 ...
 *
 * A record is known again by its id and by a check over its bytes and its time: an id alone would lose a line where the numbers have come to mean something
 * else, as when the state of the collector was lost.
 * @throws OtherPublisher when a message is not this collector's: behind a confirmed tail, when it is not the one that was sent last
 */
export async function catchUp(
  tail: SubjectTail,
  cursor: RecordCursor,
  options: CatchUpOptions,
): Promise<CaughtUp> {
  const { connection, stream, subject, signal } = options
  const passed = cursor.passed
  const known = tail.sequence
  let others = 0
  // What is behind the batch is compared with the next one: until then nothing is confirmed.
  while (!cursor.done) {
    const from = tail.sequence + 1
    // eslint-disable-next-line no-await-in-loop -- each begins behind the one before
    const message = await connection.nextMessage({ stream, subject, from }, { signal })
    if (message === null) {
      const shrunk = tail.sequence === known && (await hasShrunk(tail, options))
      tail.confirmed = true
      tail.sent = null
      return { found: cursor.passed - passed, others, shrunk }
    }
    const held = heldRecords(message, options.source)
    if (held === null || (tail.confirmed && message.id !== tail.sent)) throw otherPublisher(subject, message)
    if (comparePlaces(held, cursor.place) >= 0 && !pass(cursor, held, tail, options.passUnfit)) {
      if (tail.confirmed) throw otherPublisher(subject, message)
      others += 1
    }
    tail.sequence = message.sequence
    tail.sent = null
  }
  return { found: cursor.passed - passed, others, shrunk: false }
}

/**
 * Passes the records that the message holds, and those before them: they were given up, or are too old for the stream by now. False when they are not
 * among those that are to come.
 */
function pass(cursor: RecordCursor, held: HeldRecords, tail: SubjectTail, passUnfit: () => void): boolean {
  const from = cursor.place
  if (comparePlaces(cursor.place, held) < 0) passUnfit()
  const ahead = cursor.copy()
  ahead.skipTo(held)
  if (ahead.done || comparePlaces(ahead.place, held) !== 0) return false
  const { block, record } = ahead
  if (held.check !== checkOf(block, record)) return false
  cursor.skipTo(held)
  cursor.skip(held.records)
  tail.stored = { from: tail.stored?.from ?? from, to: behind(held) }
  return true
}

function behind({ epoch, ordinal, records }: HeldRecords): Place {
  return { epoch, ordinal: ordinal + records }
}

/** Messages grow old, and a server may lose what it has acknowledged. */
async function hasShrunk(
  tail: SubjectTail,
  { connection, stream, subject, signal }: CatchUpOptions,
): Promise<boolean> {
  if (tail.sequence === 0) return false
  const last = await connection.lastMessage({ stream, subject }, { signal })
  const sequence = last?.sequence ?? 0
  if (sequence >= tail.sequence) return false
  tail.sequence = sequence
  return true
}

function otherPublisher(subject: string, { sequence, id }: StoredMessage): OtherPublisher {
  const what = id === null ? 'without an id' : `with the id ${id.slice(0, ID_SHOWN)}`
  return new OtherPublisher(
    `Somebody else publishes to ${subject}: message ${sequence} ${what} is not this collector's; give each collector a subject_prefix of its own and take that message out of the stream`,
  )
}

const ID_SHOWN = 120
