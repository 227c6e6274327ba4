/**
 * Syslog messages in the bytes of a TCP connection (RFC 6587). Each is framed by itself: `12 <14>1 - ...` by its number of bytes, or `<14>1 - ...` up to a
 * newline, which is no part of it. What comes in after the last whole message is kept until the rest comes.
 */
export class SyslogFrames {
  #rest: Buffer = Buffer.alloc(0);

  /**
   * Gives the messages that are whole by now, in their order. To be asked until its end.
   * @throws Error, after those before it, when it is no syslog, or a message is longer than a mebibyte
   */
  *push(bytes: Buffer): Generator<Buffer, void> {
    this.#rest = Buffer.concat([this.#rest, bytes])
    for (let frame = nextFrame(this.#rest); frame !== null; frame = nextFrame(this.#rest)) {
      this.#rest = this.#rest.subarray(frame.end)
      yield frame.message
    }
  }
}

interface Frame {
  readonly message: Buffer
  /** Where what comes after it begins. */
  readonly end: number
}

/** `null` when it is not whole. */
function nextFrame(bytes: Buffer): Frame | null {
  if (bytes.length === 0) return null
  return bytes[0] === LESS_THAN ? untilNewline(bytes) : counted(bytes)
}

function untilNewline(bytes: Buffer): Frame | null {
  const end = bytes.indexOf(NEWLINE)
  checkLength(end === -1 ? bytes.length : end)
  return end === -1 ? null : { message: bytes.subarray(0, end), end: end + 1 }
}

function counted(bytes: Buffer): Frame | null {
  const head = bytes.subarray(0, COUNT_BYTES_MAX).toString('latin1')
  const [whole, digits, space] = /^([1-9]\d*)( ?)/.exec(head) ?? []
  if (whole === undefined || (space === '' && whole.length < bytes.length))
    throw new Error(`Cannot read ${JSON.stringify(head)}: expected syslog, a count or <priority>`)
  checkLength(Number(digits))
  const end = whole.length + Number(digits)
  return space === '' || bytes.length < end ? null : { message: bytes.subarray(whole.length, end), end }
}

function checkLength(length: number): void {
  if (length > MESSAGE_BYTES_MAX)
    throw new Error(`Cannot read a syslog message of ${length} bytes: expected at most ${MESSAGE_BYTES_MAX}`)
}

const LESS_THAN = 0x3c
const NEWLINE = 0x0a
const MESSAGE_BYTES_MAX = 2 ** 20
/** Of a count and the space behind it. */
const COUNT_BYTES_MAX = 12
