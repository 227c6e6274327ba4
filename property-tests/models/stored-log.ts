import fc from 'fast-check'

/** A message as an engine stores it. */
export interface StoredMessage {
  readonly stream: 1 | 2
  /** RFC 3339, nine decimals, UTC. */
  readonly stamp: string
  readonly data: Buffer
  /** False for the second and later chunks of a line. */
  readonly lineStart: boolean
}

export interface StoredLog {
  readonly messages: readonly StoredMessage[]
  /** What a raw sink must hold (latin1): lines in the order in which they were completed, open ones at the end. */
  readonly lines: string
  /** Counterexamples name a log by its size and first lines: the seed brings back the rest. */
  readonly [fc.toStringMethod]: () => string
}

/** The message in the multiplexed framing of the log API, with its stamp. */
export function encodeFrame({ data, stamp, stream }: StoredMessage): Buffer {
  const body = Buffer.concat([Buffer.from(`${stamp} `), data])
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0])
  header.writeUInt32BE(body.length, 4)
  return Buffer.concat([header, body])
}

interface Write {
  readonly stream: 1 | 2
  readonly text: 'numbered' | 'same' | 'empty' | 'bytes' | 'stamp' | 'spaced' | 'long'
  readonly chunks: number
  readonly stepNs: number
}

const write: fc.Arbitrary<Write> = fc.record({
  stream: fc.constantFrom(1, 2),
  text: fc.oneof(
    { weight: 6, arbitrary: fc.constant('numbered' as const) },
    { weight: 1, arbitrary: fc.constantFrom('same', 'empty', 'bytes', 'stamp', 'spaced', 'long') },
  ),
  chunks: fc.integer({ min: 2, max: 5 }),
  // Clocks step back, and several lines may share a stamp only when they differ: equal ones of one stamp cannot be told apart.
  stepNs: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 5_000_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: -3_000_000_000, max: -1 }) },
  ),
})

/**
 * Logs with interleaved streams, lines in chunks that carry the first chunk's stamp, equal and empty lines, bytes that are not UTF-8, text like a
 * stamp or the end of one, clocks that step back. Every stamp occurs once but for the chunks of one line.
 */
export function storedLog(options: { maxMessages: number }): fc.Arbitrary<StoredLog> {
  return fc
    .array(write, { minLength: 0, maxLength: 60 })
    .chain((pattern) =>
      fc.integer({ min: 0, max: options.maxMessages }).map((count) => build(pattern, count)),
    )
}

function build(pattern: readonly Write[], count: number): StoredLog {
  const messages: StoredMessage[] = []
  const open = new Map<1 | 2, { stamp: string; text: string; left: number }>()
  const used = new Set<number>()
  let lines = ''
  let clock = 1_000_000_000
  for (let n = 0; pattern.length > 0 && messages.length < count; n++) {
    const { stream, text, chunks, stepNs } = pattern[n % pattern.length]!
    const line = open.get(stream)
    clock = freshClock(clock + stepNs, used)
    const lineStart = line === undefined
    const long = lineStart && text === 'long'
    const stamp = line?.stamp ?? stampOf(clock)
    const content = lineStart ? contentOf(text, n) : `+${n}`
    const left = line === undefined ? (long ? chunks : 1) : line.left
    const data = Buffer.from(left > 1 ? content : `${content}\n`, 'latin1')
    messages.push({ stream, stamp, data, lineStart })
    const whole = (line?.text ?? '') + content
    if (left > 1) open.set(stream, { stamp, text: whole, left: left - 1 })
    else {
      open.delete(stream)
      lines += `${whole}\n`
    }
  }
  for (const { text } of open.values()) lines += `${text}\n`
  return {
    messages,
    lines,
    [fc.toStringMethod]: () => `log of ${messages.length} messages: ${lines.slice(0, 200)}`,
  }
}

function freshClock(wanted: number, used: Set<number>): number {
  let clock = Math.max(0, wanted)
  while (used.has(clock)) clock += 1
  used.add(clock)
  return clock
}

function stampOf(ns: number): string {
  const seconds = Math.floor(ns / 1e9)
  const date = new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString().slice(0, 19)
  return `${date}.${String(ns % 1e9).padStart(9, '0')}Z`
}

function contentOf(text: Write['text'], n: number): string {
  switch (text) {
    case 'numbered':
    case 'long':
      return `line ${n}`
    case 'same':
      return 'the same again'
    case 'empty':
      return ''
    case 'bytes':
      return `\xff\xfe\x00\r${n}`
    case 'stamp':
      return `${stampOf(n)} ${n}`
    // Behind a short stamp it looks like the end of a longer one.
    case 'spaced':
      return `Z Z Z Z Z ${n}`
  }
}
