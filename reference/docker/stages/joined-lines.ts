import { z } from 'zod'
import { OpenLine } from '../reading/parsing/open-line.ts'

/** Lines of one record, to which more may come. Immutable. */
export interface JoinedLines {
  readonly stream: number
  /** Of the first line. */
  readonly stamp: Uint8Array
  /** The lines, a newline between each two. */
  readonly bytes: Uint8Array
  readonly lines: number
  /** When the last line was written, by its stamp, microseconds. */
  readonly lastUs: number
  /** It was decided that nothing more belongs to it. */
  readonly sealed: boolean
}

/** Lines that grow to a record. What it was at some moment is a view of the same memory, see {@link OpenLine}. */
export class OpenRecord {
  readonly stream: number
  /** Since when nothing came, monotonic milliseconds; null while that was not looked at. */
  quietSinceMs: number | null = null
  readonly #bytes: OpenLine
  #lines: number
  #lastUs: number
  #sealed: boolean
  #state: JoinedLines | undefined

  constructor({ stream, stamp, bytes, lines, lastUs, sealed }: JoinedLines) {
    this.stream = stream
    this.#bytes = new OpenLine({ stream, stamp, bytes })
    this.#lines = lines
    this.#lastUs = lastUs
    this.#sealed = sealed
  }

  get length(): number {
    return this.#bytes.length
  }

  get lines(): number {
    return this.#lines
  }

  get lastUs(): number {
    return this.#lastUs
  }

  get sealed(): boolean {
    return this.#sealed
  }

  /** The same object as long as nothing changes. */
  get state(): JoinedLines {
    const { stream, stamp, bytes } = this.#bytes.state
    this.#state ??= {
      stream,
      stamp,
      bytes,
      lines: this.#lines,
      lastUs: this.#lastUs,
      sealed: this.#sealed,
    }
    return this.#state
  }

  add(bytes: Uint8Array, start: number, end: number, writtenUs: number): void {
    if (this.#lines > 0) this.#bytes.add(NEWLINE, 0, NEWLINE.length)
    this.#bytes.add(bytes, start, end)
    this.#lines += 1
    this.#lastUs = writtenUs
    this.quietSinceMs = null
    this.#state = undefined
  }

  seal(): void {
    this.#sealed = true
    this.#state = undefined
  }
}

/** Positions are saved again and again while a record stays open: its form is made once. */
const FORMS = new WeakMap<JoinedLines, unknown>()

/** The form kept on disk. */
export function joinedToJson(joined: JoinedLines): unknown {
  const known = FORMS.get(joined)
  if (known !== undefined) return known
  const { stream, stamp, bytes, lines, lastUs, sealed } = joined
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
  const form = { stream, stamp: Buffer.from(stamp).toString('latin1'), base64, lines, lastUs, sealed }
  FORMS.set(joined, form)
  return form
}

/** Reads what {@link joinedToJson} gave. @param stamp of the usual form */
export function joinedForm(stamp: z.ZodType<string>): z.ZodType<JoinedLines> {
  return z
    .object({
      stream: z.int().min(0).max(2),
      stamp,
      base64: z.base64(),
      lines: z.int().positive(),
      lastUs: z.int(),
      sealed: z.boolean(),
    })
    .transform(({ base64, ...rest }) => ({
      ...rest,
      stamp: new Uint8Array(Buffer.from(rest.stamp, 'latin1')),
      bytes: new Uint8Array(Buffer.from(base64, 'base64')),
    }))
}

const NEWLINE = Uint8Array.of(0x0a)
