import { JsonLines } from '../../reference/adapters/engine/json-lines.ts'
import {
  toContainerDetails,
  toContainerEvent,
  toContainerSummaries,
  toEngineInfo,
} from '../../reference/adapters/engine/docker-replies.ts'
import { EngineError } from '../../reference/ports/index.ts'
import { Demultiplexer } from '../../reference/docker/reading/parsing/demultiplexer.ts'
import type { MessageParser } from '../../reference/docker/reading/parsing/message-parser.ts'
import { messageKey } from '../../reference/docker/reading/parsing/message-key.ts'
import { StampReader } from '../../reference/docker/reading/parsing/stamp-reader.ts'
import { STAMP_BYTES, usualStamp, withUsualStamp } from '../../reference/docker/reading/parsing/stamp.ts'
import { TtyDemultiplexer } from '../../reference/docker/reading/parsing/tty-demultiplexer.ts'
import { RecordDecoder } from '../../reference/docker/stored/record-decoder.ts'
import { ZodError } from 'zod'
import type { SeededRandom } from '../../simulators/index.ts'
import type { FuzzTarget } from './fuzz-target.ts'
import { pieces } from './mutate.ts'

const STAMP = '2026-11-21T01:17:37.123456789Z'
const STAMPS = [
  STAMP,
  '2026-11-21T01:17:37Z',
  '2024-02-29T23:59:60.5+05:30',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999999999-14:00',
]
const CHUNK_BYTES = 64

function bytesOf(...texts: readonly string[]): Uint8Array[] {
  return texts.map((text) => new Uint8Array(Buffer.from(text)))
}

function frame(stream: number, text: string): Buffer {
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(Buffer.byteLength(text), 4)
  return Buffer.concat([header, Buffer.from(text)])
}

/**
 * Cuts the input into messages, whole and in pieces.
 * @throws when what comes out depends on the pieces, or anything but the contract's error is thrown
 */
function cutBothWays(make: () => MessageParser, input: Uint8Array, random: SeededRandom): void {
  const whole = messagesOf(make(), [input])
  const cut = messagesOf(make(), pieces(input, random))
  if (whole !== cut) throw new Error(`In one piece it is\n${whole}\nbut in several\n${cut}`)
}

function messagesOf(parser: MessageParser, parts: readonly Uint8Array[]): string {
  const messages: string[] = []
  const add = (stream: number, buffer: Uint8Array, start: number, end: number): void =>
    void messages.push(`${stream} ${end - start} ${messageKey(stream, buffer, start, end)}`)
  try {
    for (const part of parts) parser.push(part, add)
    parser.end(add)
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'protocol') throw error
    messages.push(error.message)
  }
  return messages.join('\n')
}

function readsRecords(input: Uint8Array, random: SeededRandom): void {
  const whole = recordsOf([input])
  const cut = recordsOf(pieces(input, random))
  if (whole !== cut) throw new Error(`In one piece it is\n${whole}\nbut in several\n${cut}`)
}

/** Hands the decoder what is there, as the reader of a file does: what is not whole comes again with more. */
function recordsOf(parts: readonly Uint8Array[]): string {
  const decoder = new RecordDecoder()
  const found: string[] = []
  const handlers = {
    onMessage: (stream: number, buffer: Uint8Array, start: number, end: number): void =>
      void found.push(`${stream} ${messageKey(stream, buffer, start, end)}`),
    onSpoilt: (): void => void found.push('spoilt'),
  }
  let held = new Uint8Array(0)
  for (const part of parts) {
    const bytes = Buffer.concat([held, part])
    const used = decoder.push(bytes, 0, bytes.length, handlers)
    if (used < 0 || used > bytes.length)
      throw new Error(`The decoder says that it used ${used} of ${bytes.length} bytes`)
    held = new Uint8Array(bytes.subarray(used))
  }
  return found.join('\n')
}

/** A stamp that is taken for one has the usual form and the moment that `Date` has. */
function readsStamp(input: Uint8Array): void {
  const text = Buffer.from(input).toString('latin1')
  const stamp = usualStamp(text)
  if (stamp !== null && !USUAL.test(stamp))
    throw new Error(`The stamp ${JSON.stringify(stamp)} is not of the usual form`)
  if (stamp !== null) {
    const [times, reader] = [new BigInt64Array(1), new StampReader()]
    reader.read(Buffer.from(stamp), 0, times, 0)
    const moment = BigInt(Date.parse(`${stamp.slice(0, 19)}Z`)) * 1_000_000n + BigInt(stamp.slice(20, 29))
    // Of what 64 bits of nanoseconds cannot say only the seconds of the minute count.
    const expected = BigInt.asIntN(64, moment) === moment ? moment : moment % 60_000_000_000n
    if (times[0] !== (expected < 0n ? expected + 60_000_000_000n : expected) && times[0] !== moment)
      throw new Error(`${stamp} is read as ${times[0]}, not ${expected}`)
  }
  try {
    const message = withUsualStamp(input)
    if (message.length <= STAMP_BYTES) throw new Error(`The message has ${message.length} bytes`)
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
  }
}

const USUAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/

function readsReply(input: Uint8Array, random: SeededRandom): void {
  const lines = new JsonLines()
  try {
    for (const piece of pieces(input, random))
      for (const value of lines.push(piece))
        for (const read of REPLIES) refusedBy(ZodError, () => read(value))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
}

const REPLIES = [toEngineInfo, toContainerSummaries, toContainerDetails, toContainerEvent]

function refusedBy(kind: abstract new (...input: never[]) => Error, read: () => unknown): void {
  try {
    read()
  } catch (error) {
    if (!(error instanceof kind)) throw error
  }
}

const EVENT = {
  Type: 'container',
  Action: 'start',
  Actor: { ID: 'ab'.repeat(32), Attributes: { name: 'web', image: 'nginx' } },
  time: 1_790_000_000,
}
const INSPECTION = {
  Id: 'ab'.repeat(32),
  Name: '/web',
  LogPath: '/var/lib/docker/containers/ab/ab-json.log',
  State: { Running: true, StartedAt: STAMP },
  Config: { Labels: { a: 'b' }, Image: 'nginx', Tty: false },
  HostConfig: { LogConfig: { Type: 'json-file' } },
}
const SUMMARY = { Id: 'ab'.repeat(32), Names: ['/web', '/other/alias'], Labels: null, State: 'running' }
const VERSION = {
  Version: '20.10.24',
  ApiVersion: '1.41',
  MinAPIVersion: '1.12',
  Components: [{ Name: 'Engine' }],
}

/** What the engine sends, and what it stores. */
export const LOG_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'demultiplexer',
    reads: 'the multiplexed stream of a container without TTY',
    corpus: [
      Buffer.concat([frame(1, `${STAMP} one\n`), frame(2, `${STAMP} two`), frame(1, `${STAMP} \n`)]),
      Buffer.concat([frame(0, `${STAMPS[1]} ${'long '.repeat(40)}\n`), frame(3, 'no such container')]),
      frame(1, `${STAMPS[2]} text\r\n`),
    ],
    words: [...STAMPS, '\0\0\0'],
    tryInput: (input, random) => cutBothWays(() => new Demultiplexer(), input, random),
  },
  {
    name: 'tty-demultiplexer',
    reads: 'the unframed stream of a container with a TTY',
    corpus: bytesOf(
      `${STAMP} one\r\n${STAMP} ${'x'.repeat(CHUNK_BYTES)}${STAMP} rest\r\n${STAMP} $ `,
      `${STAMP} a${STAMPS[0]!.replace('37', '38')} glued\r\n${STAMPS[2]} two\r\n`,
    ),
    words: [...STAMPS, `${STAMP} `, '\r\n', 'x'.repeat(CHUNK_BYTES)],
    tryInput: (input, random) =>
      cutBothWays(
        () => new TtyDemultiplexer(CHUNK_BYTES, () => [{ stamp: STAMP, length: 1 }]),
        input,
        random,
      ),
  },
  {
    name: 'stamps',
    reads: 'the stamp at the start of a message',
    corpus: bytesOf(...STAMPS, ...STAMPS.map((stamp) => `${stamp} text`)),
    words: ['Z', '+', '-', '.', ' ', 'T', '60', '00', '0000'],
    tryInput: readsStamp,
  },
  {
    name: 'json-file',
    reads: 'the records that the json-file driver stores',
    corpus: bytesOf(
      `{"log":"text\\n","stream":"stdout","time":"${STAMP}"}\n{"log":"\\u2028\\\\\\"é\\n","stream":"stderr","attrs":{"tag":"x"},"time":"${STAMPS[1]}"}\n`,
      `{"time":"${STAMPS[2]}", "stream" : "stdout","log":"\\ud83d\\ude00"}\n\0\0\0\0{"log":"a"}\n{"log":"torn{"log":"b\\n","stream":"stdout","time":"${STAMP}"}\n`,
    ),
    words: ['{"log":"', '","stream":"stdout","time":"', '\\ud800', '\\u0000', '\0\0', '"}\n', ...STAMPS],
    tryInput: readsRecords,
  },
  {
    name: 'engine-replies',
    reads: 'the JSON of the engine: events, lists, inspections, versions',
    corpus: bytesOf(
      ...[EVENT, INSPECTION, [SUMMARY], VERSION].map((value) => `${JSON.stringify(value)}\n`),
      `\u001E${JSON.stringify(EVENT)}\n\u001E${JSON.stringify(EVENT)}\n`,
    ),
    words: ['null', '[]', '{}', '"__proto__":', '"constructor":', 'true', '1e999', '\u001E'],
    tryInput: readsReply,
  },
]
