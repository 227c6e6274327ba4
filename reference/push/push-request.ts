import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { PushConfig } from '../config/sections/push.ts'
import { pushedPath, shown } from './file-name.ts'
import { PushRefusal } from './push-refusal.ts'

/** Lines for one file, as they become records. */
export interface PushedLines {
  /** Within the directory of the sink. */
  readonly path: string
  /** Each ends in exactly one newline. */
  readonly bytes: Uint8Array
  /** Behind each line. */
  readonly ends: Uint32Array
}

export interface PushRequest {
  /** In the order in which their files were named. */
  readonly files: readonly PushedLines[]
  readonly records: number
  readonly bytes: number
  /** Names it for good, where the sender wants to send it again; null otherwise. */
  readonly key: string | null
  /** The same for the same lines to the same files. */
  readonly digest: string
}

type Limits = Pick<PushConfig, 'maxLineBytes' | 'recordsMax'>

const entry = z.strictObject({ message: z.string(), file: z.string() })
/** `{message, file}`, or a list of them. */
export const pushBody: z.ZodType<Entry | Entry[]> = z.union([entry, z.array(entry).min(1)])
type Entry = z.infer<typeof entry>

const BODY_ALLOWED =
  'an object {"message": "...", "file": "app.log"}, or a list of such, with nothing else in it'

/**
 * What a body and its key ask for. A message of several lines is a record for each; a newline at its end ends the last one and begins no other.
 * @throws PushRefusal when any of it is not allowed
 */
export function readPush(body: unknown, key: string | undefined, limits: Limits): PushRequest {
  if (key !== undefined && !/^[\x21-\x7E]{1,128}$/.test(key))
    throw new PushRefusal(
      400,
      'Cannot use this Idempotency-Key; allowed: 1 to 128 printable ASCII characters',
    )
  const entries = entriesOf(body)
  const texts = new Map<string, string[]>()
  let records = 0
  for (const { file, message } of entries) {
    const path = pushedPath(file)
    if (!message.isWellFormed())
      throw new PushRefusal(400, `Cannot take a line for ${shown(path)}: it has half a pair of surrogates`)
    const text = message.endsWith('\n') ? message.slice(0, -1) : message
    records += countLines(text, limits.recordsMax)
    if (records > limits.recordsMax)
      throw new PushRefusal(413, `Cannot take more than ${limits.recordsMax} lines in a request`)
    const own = texts.get(path)
    if (own === undefined) texts.set(path, [text])
    else own.push(text)
  }
  const files = [...texts].map(([path, lines]) => columnsOf(path, lines, limits))
  return {
    files,
    records,
    bytes: files.reduce((sum, { bytes }) => sum + bytes.length, 0),
    key: key ?? null,
    digest:
      key === undefined
        ? ''
        : createHash('sha256')
            .update(JSON.stringify([...texts]))
            .digest('base64url'),
  }
}

function entriesOf(body: unknown): readonly Entry[] {
  const parsed = pushBody.safeParse(body)
  if (!parsed.success) throw new PushRefusal(400, `Cannot read the body; expected: ${BODY_ALLOWED}`)
  return Array.isArray(parsed.data) ? parsed.data : [parsed.data]
}

/** Counted no further than beyond `max`. */
function countLines(text: string, max: number): number {
  let lines = 1
  for (let at = text.indexOf('\n'); at >= 0 && lines <= max; at = text.indexOf('\n', at + 1)) lines += 1
  return lines
}

function columnsOf(path: string, texts: readonly string[], { maxLineBytes }: Limits): PushedLines {
  const bytes = new TextEncoder().encode(`${texts.join('\n')}\n`)
  const ends: number[] = []
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(NEWLINE, at) + 1
    if (end - 1 - at > maxLineBytes)
      throw new PushRefusal(
        413,
        `Cannot take a line of ${end - 1 - at} bytes for ${shown(path)}: at most ${maxLineBytes} are allowed`,
      )
    ends.push(end)
    at = end
  }
  return { path, bytes, ends: Uint32Array.from(ends) }
}

const NEWLINE = 0x0a
