import { z } from 'zod'
import type { SourcePosition } from '../../dispatch/block.ts'
import { joinedForm, joinedToJson } from '../stages/joined-lines.ts'
import type { StageDigests, StageState } from '../stages/stages.ts'
import { FILE_PLACE, type FilePlace } from '../stored/file-place.ts'
import { RING_KEYS, type CursorState } from './search/cursor-state.ts'
import type { PartialLine } from './parsing/open-line.ts'
import { hasUsualStamp, STAMP_PREFIX } from './parsing/stamp.ts'
import type { Unterminated } from './parsing/tty-demultiplexer.ts'

export interface ContainerPositionParts {
  readonly epoch: number
  readonly records: number
  readonly cursor: CursorState
  readonly partials: readonly PartialLine[]
  /** Longer lines were cut at this length, so that ordinals mean nothing under another one. Undefined in positions of earlier versions. */
  readonly maxLineBytes: number | undefined
  /** Of the settings of the stages, likewise. */
  readonly digests: StageDigests
  readonly stages: StageState
  /** What was written before this moment is passed over; undefined when the first message that is not was read. A stamp of the usual form. */
  readonly since: string | undefined
  /** Only with a TTY: how the container's last runs ended, oldest first, at most {@link RING_KEYS}. */
  readonly unterminated: readonly Unterminated[]
  /** Where the same place is in the engine's file, if it was read there: it saves looking for it. */
  readonly place?: FilePlace | undefined
}

/** Where reading of a container resumes: see {@link CursorState} for how the place is found again. Immutable. */
export class ContainerPosition implements SourcePosition {
  readonly epoch: number
  readonly records: number
  readonly cursor: CursorState
  readonly partials: readonly PartialLine[]
  readonly maxLineBytes: number | undefined
  readonly digests: StageDigests
  readonly stages: StageState
  readonly since: string | undefined
  readonly unterminated: readonly Unterminated[]
  readonly place: FilePlace | undefined

  constructor(parts: ContainerPositionParts) {
    this.epoch = parts.epoch
    this.records = parts.records
    this.cursor = parts.cursor
    this.partials = parts.partials
    this.maxLineBytes = parts.maxLineBytes
    this.digests = parts.digests
    this.stages = parts.stages
    this.since = parts.since
    this.unterminated = parts.unterminated
    this.place = parts.place
  }

  toJSON(): unknown {
    const { messages, ring, repeats = 0, newest, counted } = this.cursor
    const { epoch, records, maxLineBytes, digests, since, unterminated, place } = this
    const { joined, bucket } = this.stages
    const partials = this.partials.map(toJSON)
    return {
      epoch,
      records,
      messages,
      ring: [...ring],
      ...(repeats > 0 ? { repeats } : {}),
      newest,
      counted,
      partials,
      maxLineBytes,
      ...digests,
      ...(joined.length > 0 ? { joined: joined.map(joinedToJson) } : {}),
      bucket,
      since,
      unterminated,
      place,
    }
  }
}

/** Positions are saved again and again while a long line stays open: its form is made once. */
const FORMS = new WeakMap<PartialLine, unknown>()

function toJSON(line: PartialLine): unknown {
  const known = FORMS.get(line)
  if (known !== undefined) return known
  const { bytes, stamp, stream } = line
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
  const form = { stream, stamp: Buffer.from(stamp).toString('latin1'), base64 }
  FORMS.set(line, form)
  return form
}

const count = z.int().nonnegative()
/** As messages have it: one that names no moment, such as a leap second, is a stamp too. Whatever was delivered, its position can be read again. */
const stamp = z.string().refine((text) => {
  const bytes = Buffer.from(`${text} `, 'latin1')
  return bytes.length === STAMP_PREFIX && hasUsualStamp(bytes, 0, bytes.length)
}, 'expected a stamp with nine decimals and Z')
const UNTERMINATED = z.object({ stamp, length: count })
const FORM = z.object({
  // Positions of earlier versions have none.
  epoch: count.default(0),
  records: count,
  messages: count,
  ring: z.array(count).max(RING_KEYS),
  repeats: count.optional(),
  newest: z.union([z.literal(''), stamp]),
  counted: z.object({ sinceNewest: count, lines: count }).optional(),
  partials: z.array(z.object({ stream: z.int().min(0).max(2), stamp, base64: z.base64() })),
  maxLineBytes: count.optional(),
  lineFilter: z.string().optional(),
  multiline: z.string().optional(),
  rateLimit: z.string().optional(),
  joined: z.array(joinedForm(stamp)).default([]),
  bucket: z.object({ tokens: z.number(), atUs: z.int() }).optional(),
  since: stamp.optional(),
  // Earlier versions kept one.
  unterminated: z
    .union([UNTERMINATED.transform((one) => [one]), z.array(UNTERMINATED).max(RING_KEYS)])
    .default([]),
  place: FILE_PLACE.optional(),
})

/** Reads what {@link ContainerPosition.toJSON} gave. @throws Error naming what is wrong. */
export function parseContainerPosition(json: unknown): ContainerPosition {
  const parsed = FORM.safeParse(json)
  if (!parsed.success) throw new Error(`Cannot read a container's position: ${z.prettifyError(parsed.error)}`)
  const { epoch, records, messages, ring, repeats, newest, counted, partials, ...rest } = parsed.data
  return new ContainerPosition({
    epoch,
    records,
    cursor: { messages, ring: Float64Array.from(ring), repeats, newest, counted },
    partials: partials.map((partial) => ({
      stream: partial.stream,
      stamp: new Uint8Array(Buffer.from(partial.stamp, 'latin1')),
      bytes: new Uint8Array(Buffer.from(partial.base64, 'base64')),
    })),
    maxLineBytes: rest.maxLineBytes,
    digests: { multiline: rest.multiline, lineFilter: rest.lineFilter, rateLimit: rest.rateLimit },
    stages: { joined: rest.joined, bucket: rest.bucket },
    since: rest.since,
    unterminated: rest.unterminated,
    place: rest.place,
  })
}
