import { z } from 'zod'
import type { SourcePosition } from '../../dispatch/block.ts'
import { RING_KEYS, type CursorState } from './log-cursor.ts'
import type { PartialLine } from './line-assembler.ts'
import { usualStamp } from './stamp.ts'
import type { Unterminated } from './tty-demultiplexer.ts'

export interface ContainerPositionParts {
  readonly epoch: number
  readonly records: number
  readonly cursor: CursorState
  readonly partials: readonly PartialLine[]
  /** Only with a TTY: how the container's last run ended. */
  readonly unterminated: Unterminated | undefined
}

/** Where reading of a container resumes: see {@link CursorState} for how the place is found again. Immutable. */
export class ContainerPosition implements SourcePosition {
  readonly epoch: number
  readonly records: number
  readonly cursor: CursorState
  readonly partials: readonly PartialLine[]
  readonly unterminated: Unterminated | undefined

  constructor(parts: ContainerPositionParts) {
    this.epoch = parts.epoch
    this.records = parts.records
    this.cursor = parts.cursor
    this.partials = parts.partials
    this.unterminated = parts.unterminated
  }

  toJSON(): unknown {
    const { messages, ring, newest, counted } = this.cursor
    const partials = this.partials.map(({ stream, stamp, pieces }) => ({
      stream,
      stamp: Buffer.from(stamp).toString('latin1'),
      base64: Buffer.concat(pieces).toString('base64'),
    }))
    const { epoch, records, unterminated } = this
    return { epoch, records, messages, ring: [...ring], newest, counted, partials, unterminated }
  }
}

const count = z.int().nonnegative()
const stamp = z
  .string()
  .refine((text) => usualStamp(text) === text, 'expected an RFC 3339 stamp in UTC with nine decimals')
const FORM = z.object({
  // Positions of earlier versions have none.
  epoch: count.default(0),
  records: count,
  messages: count,
  ring: z.array(count).max(RING_KEYS),
  newest: z.union([z.literal(''), stamp]),
  counted: z.object({ sinceNewest: count, lines: count }).optional(),
  partials: z.array(z.object({ stream: z.int().min(0).max(2), stamp, base64: z.base64() })),
  unterminated: z.object({ stamp, length: count }).optional(),
})

/** Reads what {@link ContainerPosition.toJSON} gave. @throws Error naming what is wrong. */
export function parseContainerPosition(json: unknown): ContainerPosition {
  const parsed = FORM.safeParse(json)
  if (!parsed.success) throw new Error(`Cannot read a container's position: ${z.prettifyError(parsed.error)}`)
  const { epoch, records, messages, ring, newest, counted, partials, unterminated } = parsed.data
  return new ContainerPosition({
    epoch,
    records,
    cursor: { messages, ring: Float64Array.from(ring), newest, counted },
    partials: partials.map((partial) => {
      const bytes = new Uint8Array(Buffer.from(partial.base64, 'base64'))
      return {
        stream: partial.stream,
        stamp: new Uint8Array(Buffer.from(partial.stamp)),
        pieces: [bytes],
        length: bytes.length,
      }
    }),
    unterminated,
  })
}
