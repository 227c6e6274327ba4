import { readFully } from '../../dispatch/files.ts'
import type { FileHandle } from '../../ports/file-system.ts'
import { beginningOf } from './compare.ts'

/**
 * Where a file is to be cut in which a power cut left NULs, and some of the records that come now lie behind them: at the first of those behind which the file holds nothing
 * else, or at the line before it, if the NULs lie in that. null when there is no such place. What is cut comes again.
 * @param records whole lines, the first of which the file does not hold
 * @param from the end of a line; what lies before it is not looked at
 * @param size of the file
 */
export async function endBeforeRecords(
  file: FileHandle,
  records: Uint8Array,
  from: number,
  size: number,
): Promise<number | null> {
  let lines: ReadonlySet<string> | undefined
  const chunk = Buffer.alloc(Math.min(PIECE_BYTES + records.byteLength, size - from))
  let line = { start: from, hasNul: false }
  for (let at = from; at < size; at += PIECE_BYTES) {
    // eslint-disable-next-line no-await-in-loop -- one piece after the other
    const held = chunk.subarray(0, Math.min(await readFully(file, chunk, at), size - at))
    let begin = 0
    for (
      let end = held.indexOf(NEWLINE);
      end !== -1 && end < PIECE_BYTES;
      end = held.indexOf(NEWLINE, begin)
    ) {
      const before = { start: line.start, hasNul: line.hasNul || held.subarray(begin, end).includes(NUL) }
      if (before.hasNul) lines ??= linesIn(records)
      begin = end + 1
      line = { start: at + begin, hasNul: false }
      if (lines !== undefined && isLaterRecord(held.subarray(begin), records, lines))
        return before.hasNul ? before.start : line.start
    }
    line.hasNul ||= held.subarray(begin, PIECE_BYTES).includes(NUL)
  }
  return null
}

/** @param lines of the records: few lines of a file are one of them, and only those are compared with each */
function isLaterRecord(held: Buffer, records: Uint8Array, lines: ReadonlySet<string>): boolean {
  if (held.byteLength === 0) return false
  const end = held.indexOf(NEWLINE)
  if (end !== -1 && !lines.has(held.toString('latin1', 0, end))) return false
  return beginningOf(held.subarray(0, records.byteLength), records) > 0
}

function linesIn(records: Uint8Array): ReadonlySet<string> {
  const { buffer, byteOffset, byteLength } = records
  return new Set(Buffer.from(buffer, byteOffset, byteLength).toString('latin1').split('\n').slice(0, -1))
}

const PIECE_BYTES = 256 * 1024
const NUL = 0
const NEWLINE = 0x0a
