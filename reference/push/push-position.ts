import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { SourcePosition } from '../dispatch/block.ts'

export interface PushPositionParts {
  readonly epoch: number
  readonly records: number
  /** When the last record came, wall time. */
  readonly usedMs: number
  readonly keys: RecentKeys
}

/** How much was taken of what is pushed to a file, and with which keys. Immutable. */
export class PushPosition implements SourcePosition {
  readonly epoch: number
  readonly records: number
  readonly usedMs: number
  readonly keys: RecentKeys

  constructor(parts: PushPositionParts) {
    this.epoch = parts.epoch
    this.records = parts.records
    this.usedMs = parts.usedMs
    this.keys = parts.keys
  }

  toJSON(): unknown {
    const { epoch, records, usedMs, keys } = this
    return { epoch, records, usedMs, keys: keys.text }
  }
}

/**
 * The keys of the last requests to a file, with what each stood for, as one text: it is kept with the position, so that what was taken and under which key is on
 * disk together or not at all.
 */
export class RecentKeys {
  static readonly NONE: RecentKeys = new RecentKeys('')
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** Whether a request came with the key: `same` or another one; null for neither. */
  find(key: string, body: string): 'same' | 'other' | null {
    const wanted = digest(key, KEY_LENGTH)
    for (let at = 0; at < this.text.length; at += ENTRY_LENGTH) {
      if (!this.text.startsWith(wanted, at)) continue
      return this.text.startsWith(digest(body, BODY_LENGTH), at + KEY_LENGTH) ? 'same' : 'other'
    }
    return null
  }

  /** With one more, the oldest gone where there are more than `max`. */
  with(key: string, body: string, max: number): RecentKeys {
    const entry = digest(key, KEY_LENGTH) + digest(body, BODY_LENGTH)
    return new RecentKeys((this.text + entry).slice(-max * ENTRY_LENGTH))
  }
}

/** Six bits of a SHA-256 in each character. */
function digest(text: string, length: number): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, length)
}

/** 96 bits: two keys that look the same would lose a request. */
const KEY_LENGTH = 16
const BODY_LENGTH = 8
const ENTRY_LENGTH = KEY_LENGTH + BODY_LENGTH

const count = z.int().nonnegative()
const FORM = z.object({
  epoch: count,
  records: count,
  usedMs: z.number(),
  keys: z
    .string()
    .regex(/^(?:[\w-]{24})*$/)
    .transform((text) => new RecentKeys(text)),
})

/** Reads what {@link PushPosition.toJSON} gave. @throws Error naming what is wrong. */
export function parsePushPosition(json: unknown): PushPosition {
  const parsed = FORM.safeParse(json)
  if (!parsed.success)
    throw new Error(`Cannot read the position of what is pushed: ${z.prettifyError(parsed.error)}`)
  return new PushPosition(parsed.data)
}
