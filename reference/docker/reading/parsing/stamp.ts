import { EngineError } from '../../../ports/docker-engine.ts'

/** Length of a stamp: RFC 3339 with nine decimals in UTC, `2026-11-21T01:17:37.000000000Z`. */
export const STAMP_BYTES = 30

/** A message as the engine sends it: stamp, one space, data. */
export const STAMP_PREFIX: number = STAMP_BYTES + 1

const SPACE = 0x20
const DOT = 0x2e
const Z = 0x5a

/**
 * Whether the message starts with a stamp of the usual form: nine decimals, UTC. Each decimal is looked at: behind a shorter stamp the text may have a Z
 * and a space where a longer one ends.
 */
export function hasUsualStamp(buffer: Uint8Array, start: number, end: number): boolean {
  const z = start + STAMP_BYTES - 1
  if (end - start < STAMP_PREFIX || buffer[z] !== Z || buffer[z + 1] !== SPACE) return false
  if (buffer[start + SECOND_BYTES] !== DOT) return false
  for (let at = start + SECOND_BYTES + 1; at < z; at++)
    if (buffer[at]! < ZERO || buffer[at]! > NINE) return false
  return true
}

/** Bytes of the stamp at this place, in whatever form an engine writes it, a space behind it; 0 when there is none. */
export function stampLengthAt(buffer: Uint8Array, start: number): number {
  if (hasUsualStamp(buffer, start, buffer.length)) return STAMP_BYTES
  const text = new TextDecoder('latin1').decode(buffer.subarray(start, start + LONGEST_STAMP + 1))
  const length = text.indexOf(' ')
  return length > 0 && RFC_3339.test(text.slice(0, length)) ? length : 0
}

/**
 * The message with its stamp in the usual form. Engines write other ones: the `local` driver in its own time zone, Podman with fewer
 * decimals.
 * @throws EngineError `protocol` when the message has no stamp.
 */
export function withUsualStamp(message: Uint8Array): Uint8Array {
  if (hasWholeSeconds(message)) return withDecimals(message)
  const space = message.subarray(0, LONGEST_STAMP + 1).indexOf(SPACE)
  const text = new TextDecoder().decode(message.subarray(0, Math.max(space, 0)))
  const stamp = usualStamp(text)
  if (stamp === null) {
    const start = JSON.stringify(new TextDecoder().decode(message.subarray(0, LONGEST_STAMP)))
    throw new EngineError('protocol', `Cannot read a message: expected an RFC 3339 stamp, found ${start}`)
  }
  return Buffer.concat([Buffer.from(stamp), message.subarray(space)])
}

/** Whether the message starts with a stamp as Podman writes it: whole seconds, UTC. */
function hasWholeSeconds(message: Uint8Array): boolean {
  if (message[SECOND_BYTES] !== Z || message[SECOND_BYTES + 1] !== SPACE) return false
  for (let at = 0; at < SECOND_BYTES; at++) {
    const [byte, form] = [message[at]!, WHOLE_SECONDS.charCodeAt(at)]
    if (form === ZERO ? byte < ZERO || byte > NINE : byte !== form) return false
  }
  return true
}

/** Every message of such an engine comes here, and each snapshot brings the same ones again: no text, no date, one copy. */
function withDecimals(message: Uint8Array): Uint8Array {
  // From Node's pool, and whole to where its data belongs: memory of its own, or a view of a part, costs more than all the rest.
  const usual = Buffer.allocUnsafe(message.length + NO_DECIMALS.length)
  usual.set(message, NO_DECIMALS.length)
  for (let at = 0; at < SECOND_BYTES; at++) usual[at] = message[at]!
  for (let at = 0; at < NO_DECIMALS.length; at++) usual[SECOND_BYTES + at] = NO_DECIMALS[at]!
  return usual
}

/** An RFC 3339 stamp with nine decimals in UTC, or null when the text is none. */
export function usualStamp(text: string): string | null {
  const match = RFC_3339.exec(text)
  if (match === null) return null
  const [, seconds, decimals = '', zone] = match
  const ms = Date.parse(`${seconds}${zone}`)
  if (Number.isNaN(ms)) return null
  const utc = new Date(ms).toISOString()
  // In UTC the first and the last hours of the years 0 to 9999 are in years that have more digits.
  return utc.length === ISO_LENGTH ? `${utc.slice(0, 19)}.${decimals.padEnd(9, '0')}Z` : null
}

const RFC_3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/
/** `2026-01-01T00:00:00.000Z`. */
const ISO_LENGTH = 24
/** The form of a stamp of whole seconds, a zero for each digit. */
const WHOLE_SECONDS = '0000-00-00T00:00:00'
const SECOND_BYTES = WHOLE_SECONDS.length
const NO_DECIMALS = Uint8Array.from(Buffer.from('.000000000'))
const ZERO = 0x30
const NINE = 0x39
/** `2006-01-02T15:04:05.000000000+02:00`. */
const LONGEST_STAMP = 35

/** The stamp of a moment, milliseconds since the Unix epoch. */
export function stampOf(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000000Z')
}

/** Order of two stamps of the usual form: negative when `a` is earlier. */
export function compareStamps(a: Uint8Array, aStart: number, b: Uint8Array, bStart: number): number {
  for (let i = 0; i < STAMP_BYTES; i++) {
    const difference = a[aStart + i]! - b[bStart + i]!
    if (difference !== 0) return difference
  }
  return 0
}
