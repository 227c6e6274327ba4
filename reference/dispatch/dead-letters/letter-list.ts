import { codeOf } from '../../errors.ts'
import type { FileSystem } from '../../ports/file-system.ts'
import { STDERR, type Source } from '../block.ts'
import { recordId } from '../record-id.ts'
import { offsetOf } from '../pipeline/slice-records.ts'
import { TimeWriter } from '../time-writer.ts'
import { SpoolReader } from '../spool/spool-reader.ts'
import type { SpoolOffset } from '../spool/spool.ts'
import { asLetter, type Letter, type LetterReason } from './letter.ts'
import { letterDirectory, readPlace } from './letter-files.ts'

/** The dead letters of a sink, as far as they can be read while a collector runs. */
export interface LetterList {
  readonly sink: string
  readonly records: number
  /** Of the lines. */
  readonly bytes: number
  /** When the oldest was given up, wall time in milliseconds; null when there are none. */
  readonly oldestMs: number | null
  /** Records by reason. */
  readonly reasons: Readonly<Partial<Record<LetterReason, number>>>
  /** Behind the last of them. */
  readonly end: SpoolOffset
}

/** A record that a sink did not take. Times are in UTC. */
export interface ShownLetter {
  readonly id: string
  readonly sink: string
  readonly source: Pick<Source, 'id' | 'kind' | 'name'>
  readonly stream: 'stdout' | 'stderr'
  /** Of the record, to the nanosecond. */
  readonly time: string
  readonly reason: LetterReason
  readonly why: string
  readonly attempts: number
  readonly givenUpAt: string
  readonly text: string
}

export async function listLetters(
  fileSystem: FileSystem,
  stateDir: string,
  sink: string,
): Promise<LetterList> {
  let [records, bytes] = [0, 0]
  let oldestMs: number | null = null
  const reasons: Partial<Record<LetterReason, number>> = {}
  const end = await eachLetter(fileSystem, letterDirectory(stateDir, sink), ({ ends, bytes: own, note }) => {
    records += ends.length
    bytes += own.byteLength
    oldestMs = Math.min(oldestMs ?? note.atMs, note.atMs)
    reasons[note.reason] = (reasons[note.reason] ?? 0) + ends.length
  })
  return { sink, records, bytes, oldestMs, reasons, end }
}

/** In the order in which they were given up. @param limit how many at most */
export async function readLetters(
  fileSystem: FileSystem,
  stateDir: string,
  sink: string,
  limit: number = Infinity,
): Promise<ShownLetter[]> {
  const shown: ShownLetter[] = []
  await eachLetter(fileSystem, letterDirectory(stateDir, sink), (letter) => {
    for (let record = 0; record < letter.ends.length && shown.length < limit; record++)
      shown.push(shownLetter(letter, record, sink))
  })
  return shown
}

/** @returns the place behind the last */
async function eachLetter(
  fileSystem: FileSystem,
  directory: string,
  take: (letter: Letter) => void,
): Promise<SpoolOffset> {
  const start = { segment: 0, offset: 0 }
  const place = (await readPlace(fileSystem, directory).catch(noneThere)) ?? start
  const reader = new SpoolReader(fileSystem, directory)
  let end = place
  for (;;) {
    // eslint-disable-next-line no-await-in-loop -- one piece after the other
    const found = await reader.read(end)
    if (found === null) return end
    for (const block of found.blocks) take(asLetter(block))
    end = found.next
  }
}

function noneThere(error: unknown): null {
  if (codeOf(error) === 'ENOENT') return null
  throw error
}

function shownLetter({ note, ...block }: Letter, record: number, sink: string): ShownLetter {
  const { source, bytes, ends, epoch, firstRecord, streams, times } = block
  const line = bytes.subarray(offsetOf(block, record), ends[record]! - 1)
  return {
    id: recordId(source.id, epoch, firstRecord + record),
    sink,
    source: { id: source.id, kind: source.kind, name: source.name },
    stream: streams[record] === STDERR ? 'stderr' : 'stdout',
    time: new TimeWriter().write(times[record]!),
    reason: note.reason,
    why: note.why,
    attempts: note.attempts,
    givenUpAt: new Date(note.atMs).toISOString(),
    text: new TextDecoder().decode(line),
  }
}
