import { crc32 } from 'node:zlib'
import { z } from 'zod'
import type { Block, Source, SourcePosition } from '../block.ts'

/**
 * Blocks of many sources that are in the spool together or not at all, as bytes:
 *
 *     | "WTS1" | bytes of the body | CRC-32 of the body |   header, 12 bytes, numbers big-endian
 *     | bytes of the index | index | columns ... |          body
 *
 * The index is JSON: the sources with the position behind their last block, and the blocks. The columns are those of the blocks, one block after
 * the other: times, ends, streams, bytes; numbers as the machine has them.
 */
export const HEADER_BYTES = 12
const MAGIC = 0x57_54_53_31
/** More is no transaction: a header that a crash or a bad disk has left. */
export const BODY_BYTES_MAX: number = 256 * 1024 * 1024

/** A block as it is kept, with what is to be known of it beside. */
export interface SpooledBlock extends Block {
  /** JSON. */
  readonly note?: unknown
}

/** What a transaction brings back. */
export interface Transaction {
  /** In the order in which they were appended. */
  readonly blocks: readonly SpooledBlock[]
  /** By source, where reading resumes behind the transaction, as `SourcePosition.toJSON` gave it. */
  readonly positions: ReadonlyMap<Source, unknown>
}

const count = z.int().nonnegative()
const INDEX = z.object({
  sources: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['container', 'file', 'push']),
      name: z.string(),
      attributes: z.record(z.string(), z.string()),
      position: z.unknown(),
    }),
  ),
  /** Place of its source, epoch, first record, records, bytes. */
  blocks: z.array(z.tuple([count, count, count, count, count])),
  /** Of each block, where any has one. */
  notes: z.array(z.unknown()).optional(),
})

/** The transaction as buffers to be written one after the other. Those of raw columns are the blocks' own memory. */
export function encodeTransaction(blocks: readonly SpooledBlock[]): Uint8Array[] {
  const sources = new Map<string, { source: Source; place: number; position: SourcePosition }>()
  for (const { source, position } of blocks) {
    const place = sources.get(source.id)?.place ?? sources.size
    sources.set(source.id, { source, place, position })
  }
  const index = {
    sources: [...sources.values()].map(({ source, position }) => ({ ...source, position })),
    blocks: blocks.map(({ source, epoch, firstRecord, ends, bytes }) => [
      sources.get(source.id)!.place,
      epoch,
      firstRecord,
      ends.length,
      bytes.length,
    ]),
    ...(blocks.some(({ note }) => note !== undefined) && { notes: blocks.map(({ note }) => note) }),
  }
  const text = Buffer.from(JSON.stringify(index))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  const body = [length, text, ...blocks.flatMap(columnsOf)]
  return [headerOf(body), ...body]
}

/** Bytes of the body behind a header; null when it is none. */
export function bodyBytes(header: Uint8Array): number | null {
  const view = viewOf(header)
  if (header.length < HEADER_BYTES || view.getUint32(0) !== MAGIC) return null
  const bytes = view.getUint32(4)
  return bytes <= BODY_BYTES_MAX ? bytes : null
}

/** The transaction, or null when the body is not what was written: of zeros, which a power cut leaves, the checksum is right too. */
export function decodeTransaction(header: Uint8Array, body: Uint8Array): Transaction | null {
  if (body.length < 4 || crc32(body) !== viewOf(header).getUint32(8)) return null
  const start = 4 + viewOf(body).getUint32(0)
  const index = indexOf(body.subarray(4, start))
  if (index === null || start + columnBytes(index) !== body.length) return null
  const positions = new Map<Source, unknown>()
  const sources = index.sources.map(({ position, ...source }): Source => {
    positions.set(source, position)
    return source
  })
  const columns = new Columns(body, start)
  const blocks = index.blocks.map(([place, epoch, firstRecord, records, bytes], n): SpooledBlock => ({
    source: sources[place]!,
    times: new BigInt64Array(columns.take(8 * records).buffer),
    ends: new Uint32Array(columns.take(4 * records).buffer),
    streams: columns.take(records),
    bytes: columns.take(bytes),
    epoch,
    firstRecord,
    position: new SpooledPosition(epoch, firstRecord + records),
    ...(index.notes !== undefined && { note: index.notes[n] }),
  }))
  return { blocks, positions }
}

type Index = z.infer<typeof INDEX>

/** The index in these bytes; null when they are none. */
function indexOf(bytes: Uint8Array): Index | null {
  try {
    const { data } = INDEX.safeParse(JSON.parse(Buffer.from(bytes).toString()))
    return data?.blocks.every(([place]) => place < data.sources.length) === true ? data : null
  } catch {
    return null
  }
}

function columnBytes({ blocks }: Index): number {
  return blocks.reduce((sum, [, , , records, bytes]) => sum + (8 + 4 + 1) * records + bytes, 0)
}

/** Where a block ends. How to read on from there is not known of every block in the spool, and nobody needs it. */
class SpooledPosition implements SourcePosition {
  readonly epoch: number
  readonly records: number

  constructor(epoch: number, records: number) {
    this.epoch = epoch
    this.records = records
  }

  toJSON(): unknown {
    return { epoch: this.epoch, records: this.records }
  }
}

/** Copies out of the body, so that a column is aligned and the rest of the body can go. */
class Columns {
  readonly #body: Uint8Array
  #at: number

  constructor(body: Uint8Array, start: number) {
    this.#body = body
    this.#at = start
  }

  take(bytes: number): Uint8Array<ArrayBuffer> {
    const column = new Uint8Array(bytes)
    column.set(this.#body.subarray(this.#at, this.#at + bytes))
    this.#at += bytes
    return column
  }
}

function headerOf(body: readonly Uint8Array[]): Uint8Array {
  let bytes = 0
  let crc = 0
  for (const part of body) {
    bytes += part.byteLength
    crc = crc32(part, crc)
  }
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32BE(MAGIC, 0)
  header.writeUInt32BE(bytes, 4)
  header.writeUInt32BE(crc, 8)
  return header
}

function columnsOf({ times, ends, streams, bytes }: Block): Uint8Array[] {
  return [rawOf(times), rawOf(ends), streams, bytes]
}

function rawOf(numbers: BigInt64Array | Uint32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
