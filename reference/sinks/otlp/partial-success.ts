import { BYTES, VARINT } from '../encoding/byte-writer.ts'

/** Of the records of an export: how many were rejected, and why. */
export interface PartialSuccess {
  readonly rejected: number
  readonly why: string
}

/**
 * What the answer to an export says was rejected; null for nothing, and for an answer that cannot be read: its status said success.
 *
 *     Response { partial_success = 1 { rejected_log_records = 1; error_message = 2 } }
 */
export function partialSuccessOf(body: Uint8Array, contentType: string | undefined): PartialSuccess | null {
  try {
    const found = contentType?.startsWith('application/json') === true ? ofJson(body) : ofProtobuf(body)
    return found.rejected > 0 ? found : null
  } catch {
    return null
  }
}

function ofJson(body: Uint8Array): PartialSuccess {
  const answer: unknown = JSON.parse(Buffer.from(body).toString())
  const partial = memberOf(answer, 'partialSuccess')
  const why = memberOf(partial, 'errorMessage')
  return {
    rejected: Number(memberOf(partial, 'rejectedLogRecords') ?? 0),
    why: typeof why === 'string' ? why : '',
  }
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}

function ofProtobuf(body: Uint8Array): PartialSuccess {
  const partial = fieldsOf(body).get(1)
  const fields = partial instanceof Uint8Array ? fieldsOf(partial) : new Map<number, number | Uint8Array>()
  const why = fields.get(2)
  return {
    rejected: Number(fields.get(1) ?? 0),
    why: why instanceof Uint8Array ? Buffer.from(why).toString() : '',
  }
}

/** The fields of a message that are varints or bytes, by number. @throws Error when it is no message of these */
function fieldsOf(bytes: Uint8Array): Map<number, number | Uint8Array> {
  const fields = new Map<number, number | Uint8Array>()
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 1; at < bytes.length; shift *= 0x80) {
      const byte = bytes[at++]!
      value += (byte & 0x7f) * shift
      if (byte < 0x80) return value
    }
    throw new Error('The message is cut off')
  }
  while (at < bytes.length) {
    const tag = varint()
    const [field, wireType] = [Math.floor(tag / 8), tag % 8]
    const value = varint()
    if (wireType === VARINT) fields.set(field, value)
    else if (wireType === BYTES && at + value <= bytes.length) {
      fields.set(field, bytes.subarray(at, at + value))
      at += value
    } else throw new Error('The message has a field of another kind')
  }
  return fields
}
