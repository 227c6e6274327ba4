import type { StoredMessage } from '../../ports/jet-stream.ts'
import { checkOf, heldRecords, type HeldRecords } from './message.ts'
import { comparePlaces, type Place, type RecordCursor } from './record-cursor.ts'

/** What is known of the end of a subject, of which this process is the only publisher. */
export interface SubjectTail {
  /** Of the last message that is known; 0 for none. */
  sequence: number
  /** Whether the server has confirmed it to this process. Until then the messages behind it may be those of the process before this one. */
  confirmed: boolean
  /** The last message of which it is not known whether it is stored: its id, and whose it is. */
  sent: { readonly id: string; readonly progress: Progress } | null
}

/** How far a write is that did not end: the next one begins among the records that are stored. */
export interface Progress {
  stored: { readonly from: Place; readonly to: Place } | null
}

/** So many records from the place on are stored. */
export function extend(progress: Progress, from: Place, records: number): void {
  const to = { epoch: from.epoch, ordinal: from.ordinal + records }
  progress.stored = { from: progress.stored?.from ?? from, to }
}

/** Somebody else has published to the subject. */
export class OtherPublisher extends Error {
  override readonly name = 'OtherPublisher'
}

export interface CatchUpOptions {
  readonly subject: string
  /** Its id. */
  readonly source: string
  /** The first message of the subject from that sequence on. */
  readonly next: (from: number) => Promise<StoredMessage | null>
  readonly last: () => Promise<StoredMessage | null>
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
  { tail, progress }: { readonly tail: SubjectTail; readonly progress: Progress },
  cursor: RecordCursor,
  options: CatchUpOptions,
): Promise<CaughtUp> {
  const passed = cursor.passed
  const known = tail.sequence
  let others = 0
  // What is behind the batch is compared with the next one: until then nothing is confirmed.
  while (!cursor.done) {
    // eslint-disable-next-line no-await-in-loop -- each begins behind the one before
    const message = await options.next(tail.sequence + 1)
    if (message === null) {
      const shrunk = tail.sequence === known && (await hasShrunk(tail, options))
      tail.confirmed = true
      tail.sent = null
      return { found: cursor.passed - passed, others, shrunk }
    }
    const held = heldRecords(message, options.source)
    const { sent } = tail
    const isOwn = held !== null && (!tail.confirmed || message.id === sent?.id)
    if (!isOwn) throw otherPublisher(options.subject, message)
    if (!pass(cursor, held, progress, options.passUnfit)) {
      // Records and dead letters of a source do not know of each other what is under way.
      if (sent?.id === message.id && sent.progress !== progress) extend(sent.progress, held, held.records)
      // One from before them was given up.
      else if (comparePlaces(held, cursor.place) >= 0) {
        if (tail.confirmed) throw otherPublisher(options.subject, message)
        others += 1
      }
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
function pass(cursor: RecordCursor, held: HeldRecords, progress: Progress, passUnfit: () => void): boolean {
  if (comparePlaces(held, cursor.place) < 0) return false
  const from = cursor.place
  if (comparePlaces(cursor.place, held) < 0) passUnfit()
  const ahead = cursor.copy()
  ahead.skipTo(held)
  if (ahead.done || comparePlaces(ahead.place, held) !== 0) return false
  const { block, record } = ahead
  if (held.check !== checkOf(block, record)) return false
  cursor.skipTo(held)
  cursor.skip(held.records)
  extend(progress, from, 0)
  extend(progress, held, held.records)
  return true
}

/** Messages grow old, and a server may lose what it has acknowledged. */
async function hasShrunk(tail: SubjectTail, { last }: CatchUpOptions): Promise<boolean> {
  if (tail.sequence === 0) return false
  const sequence = (await last())?.sequence ?? 0
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
