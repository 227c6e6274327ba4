import { crc32 } from 'node:zlib'
import { parseContainerPosition } from '../../reference/docker/reading/container-position.ts'
import { parsePositions } from '../../reference/dispatch/positions/positions-file.ts'
import { readPiece } from '../../reference/dispatch/spool/read-transactions.ts'
import { encodeTransaction, HEADER_BYTES } from '../../reference/dispatch/spool/transaction.ts'
import { parseFilePosition } from '../../reference/files/file-position.ts'
import type { FileHandle } from '../../reference/ports/index.ts'
import { blockOf, sourceOf } from '../../reference/sinks/blocks.test-helper.ts'
import type { Block } from '../../reference/dispatch/block.ts'
import type { SeededRandom } from '../../simulators/index.ts'
import type { FuzzTarget } from './fuzz-target.ts'

const ID = 'ab'.repeat(32)
const STAMP = '2026-11-21T01:17:37.123456789Z'

const CONTAINER_POSITION = {
  epoch: 1,
  records: 12,
  messages: 14,
  ring: [1, 2, 3],
  newest: STAMP,
  partials: [{ stream: 1, stamp: STAMP, base64: 'YWJj' }],
  maxLineBytes: 1_048_576,
  unterminated: [{ stamp: STAMP, length: 3 }],
}
const FILE_POSITION = {
  epoch: 0,
  records: 3,
  place: { device: 1, inode: 2, offset: 30, head: 'YWJj', tail: 7 },
  partial: '',
  maxLineBytes: 1_048_576,
  finished: [[1, 1, 10, 5, 3]],
}
const POSITIONS = {
  schema: 2,
  sources: [
    { id: ID, kind: 'container', name: 'web', attributes: { image: 'nginx' }, position: CONTAINER_POSITION },
    {
      id: '/logs/a.log',
      kind: 'file',
      name: 'a.log',
      attributes: {},
      position: FILE_POSITION,
      goneSinceMs: 5,
    },
  ],
  sinks: {
    local_file: { marks: { [ID]: { epoch: 1, records: 12, mark: { file: 'web.log', length: 120 } } } },
    loki: { marks: {}, spool: { segment: 3, offset: 4096 }, offSinceMs: 17 },
  },
}
const POSITIONS_1 = {
  schema: 1,
  sources: [
    {
      id: ID,
      kind: 'container',
      name: 'web',
      sinks: {
        local_file: { position: CONTAINER_POSITION, mark: { length: 1 } },
        stdout: { position: CONTAINER_POSITION },
      },
    },
  ],
}

function block(...lines: readonly string[]): Block {
  const records = lines.map((line, n) => ({ line: Buffer.from(line), stream: 1 + (n % 2), time: BigInt(n) }))
  return blockOf(sourceOf(ID, { image: 'nginx' }), records)
}

/** What a file says that was read is said again in a form that is read again. */
function readsPositions(input: Uint8Array): void {
  const stored = refusedWithSentence(() => parsePositions(Buffer.from(input).toString()))
  for (const { kind, position } of stored?.sources ?? []) {
    const parse = kind === 'container' ? parseContainerPosition : parseFilePosition
    const parsed = refusedWithSentence(() => parse(position))
    if (parsed !== null) parse(JSON.parse(JSON.stringify(parsed)))
  }
}

/** What was read; null when it was refused with an `Error`, and no subclass: those of the language are faults. */
function refusedWithSentence<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Error) || error.constructor !== Error) throw error
    return null
  }
}

/** Reads a segment to its end, whatever it holds. */
async function readsSegment(input: Uint8Array, random: SeededRandom): Promise<void> {
  const bytes = Buffer.from(input)
  // A checksum that is right lets the bytes behind it through: what a later version wrote, or a bad memory.
  if (random.chance(0.5)) correctChecksums(bytes)
  const file = inMemory(bytes)
  let at = { segment: 1, offset: 0 }
  while (at.offset < bytes.length) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const { blocks, next } = await readPiece(file, at, bytes.length)
    if (next.offset <= at.offset) throw new Error(`Reading does not go on at ${at.offset}`)
    for (const { ends, times, streams } of blocks)
      if (ends.length !== times.length || ends.length !== streams.length)
        throw new Error(
          `A block at ${at.offset} has ${ends.length} ends, ${times.length} times, ${streams.length} streams`,
        )
    at = next
  }
}

function correctChecksums(bytes: Buffer): void {
  for (let at = 0; at + HEADER_BYTES <= bytes.length;) {
    const end = at + HEADER_BYTES + bytes.readUInt32BE(at + 4)
    if (end > bytes.length) return
    bytes.writeUInt32BE(crc32(bytes.subarray(at + HEADER_BYTES, end)), at + 8)
    at = end
  }
}

function never(): never {
  throw new Error('Only reading is expected')
}

function inMemory(bytes: Uint8Array): FileHandle {
  return {
    read: (buffer, position) => {
      const part = bytes.subarray(position, position + buffer.length)
      buffer.set(part)
      return Promise.resolve(part.length)
    },
    write: never,
    truncate: never,
    stat: never,
    sync: never,
    close: never,
  }
}

/** What the collector finds on its disk when it starts. */
export const STATE_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'positions',
    reads: 'the positions file, and the positions in it',
    corpus: [POSITIONS, POSITIONS_1].map((value) => new Uint8Array(Buffer.from(JSON.stringify(value)))),
    words: [
      'null',
      '[]',
      '{}',
      '"__proto__":',
      '"schema":1',
      '"schema":2',
      '1e999',
      '9007199254740993',
      STAMP,
    ],
    tryInput: readsPositions,
  },
  {
    name: 'spool',
    reads: 'a segment of the spool or of dead letters',
    corpus: [
      encodeTransaction([block('one', 'two')]),
      [...encodeTransaction([block('a')]), ...encodeTransaction([{ ...block('', 'b'), note: { why: 'x' } }])],
    ].map((parts) => new Uint8Array(Buffer.concat(parts))),
    words: ['WTS1', '"blocks":[[0,0,0,', '"sources":[]', 'null'],
    tryInput: readsSegment,
  },
]
