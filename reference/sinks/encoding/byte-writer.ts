/** Protobuf's wire types, as they stand in a tag. */
export const VARINT = 0
export const FIXED64 = 1
export const BYTES = 2

/** Writes Protobuf's encoding into one growing buffer: what a message holds is sized first, so that nothing is written twice. */
export class ByteWriter {
  #bytes: Buffer
  #length = 0

  /** @param expected bytes; more make it grow */
  constructor(expected: number) {
    this.#bytes = Buffer.allocUnsafe(Math.max(64, expected))
  }

  /** What was written, sharing the writer's memory. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType)
  }

  /** @param value a whole number from 0 to 2^53 - 1 */
  varint(value: number): void {
    this.#room(8)
    let rest = value
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.#bytes[this.#length++] = rest
  }

  fixed64(value: bigint): void {
    this.#room(8)
    this.#bytes.writeBigUInt64LE(value, this.#length)
    this.#length += 8
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** A part of some bytes, as it is. */
  slice(bytes: Uint8Array, from: number, to: number): void {
    const length = to - from
    this.#room(length)
    if (length > FEW_BYTES) this.#bytes.set(bytes.subarray(from, to), this.#length)
    else for (let at = 0; at < length; at++) this.#bytes[this.#length + at] = bytes[from + at]!
    this.#length += length
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + bytes))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}

/** Bytes that a varint takes. */
export function varintSize(value: number): number {
  let size = 1
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) size += 1
  return size
}

/** Bytes that a field of so many bytes takes, with its tag (of a field below 16) and its length. */
export function fieldSize(bytes: number): number {
  return 1 + varintSize(bytes) + bytes
}

/** A message in Protobuf's encoding, of fields that are bytes, texts or messages. For what is not written for every record. */
export function message(
  ...fields: readonly (readonly [field: number, value: string | Uint8Array])[]
): Uint8Array {
  const writer = new ByteWriter(256)
  for (const [field, value] of fields) {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value
    writer.tag(field, BYTES)
    writer.varint(bytes.length)
    writer.raw(bytes)
  }
  return writer.finish()
}

/** Up to here a loop is faster than a copy. */
const FEW_BYTES = 48
