import type { SeededRandom } from '../../world/seeded-random.ts'
import { HEADER_BYTES, type LogFile } from './log-file.ts'
import type { SpoiltRecord } from '../personality.ts'

/** Where a reader goes on that met a spoilt record: an offset in the file. @param index of the record */
export function afterSpoilt(
  file: LogFile,
  index: number,
  kind: Exclude<SpoiltRecord, 'ends'>,
  random: SeededRandom,
): number {
  if (kind === 'skips-rest') return file.length
  const skipped = kind === 'skips-one' ? 0 : random.integer(1, SKIPPED_MESSAGES_MAX)
  return file.offsetOf(Math.min(file.messages, index + 1 + skipped))
}

/**
 * How many readable messages an engine loses that fails at a record: it reads ahead of what it sends, and when it fails stops sending soon.
 * @param before messages from where the reply is up to the record
 */
export function lostBeforeSpoilt(before: number, random: SeededRandom): number {
  const unsent = Math.min(before, READ_AHEAD_MESSAGES)
  return unsent - random.integer(0, Math.min(unsent, SENT_AFTER_FAILURE_MAX))
}

/** The frame with which the engine tells of its own error. */
export function failureFrame(words: string): Uint8Array {
  const payload = Buffer.from(`Error grabbing logs: ${words}\n`)
  const header = Buffer.alloc(HEADER_BYTES)
  header[0] = SYSTEM_ERROR
  header.writeUInt32BE(payload.length, 4)
  return Buffer.concat([header, payload])
}

/** Number of the stream with which the engine tells of its own errors. */
export const SYSTEM_ERROR = 3
const SKIPPED_MESSAGES_MAX = 950
/** What moby keeps of a log that is read faster than it is sent. */
const READ_AHEAD_MESSAGES = 4096
const SENT_AFTER_FAILURE_MAX = 50
