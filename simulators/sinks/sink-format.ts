import type { HttpResponse } from '../../reference/ports/index.ts'

/** How a kind of sink reads a request, and how it answers. */
export interface SinkFormat {
  /** The entries of a body. What it throws is answered with status 400. */
  entries(body: Uint8Array): Uint8Array[]
  /** The answer when all entries were stored. */
  accepted(count: number): HttpResponse
  /** The answer when `count` were, and those at the places `rejected`, counted from 0, were not. */
  partlyAccepted(count: number, rejected: readonly number[]): HttpResponse
}

/** A line is an entry, of the body as it was sent: no encoding is undone. Answers 204, and 200 with `{"accepted":3,"rejected":[1,4]}` when some lines were not stored. */
export const LINES: SinkFormat = {
  entries: splitLines,
  accepted: () => ({ status: 204, headers: {}, body: new Uint8Array() }),
  partlyAccepted: (accepted, rejected) => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ accepted, rejected })),
  }),
}

/** The whole body is one entry. Answers as {@link LINES}. */
export const WHOLE_BODY: SinkFormat = { ...LINES, entries: (body) => [body] }

/** The last line need not end in a newline. */
function splitLines(body: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = []
  for (let start = 0; start < body.length;) {
    const newline = body.indexOf(NEWLINE, start)
    const end = newline === -1 ? body.length : newline
    lines.push(body.subarray(start, end))
    start = end + 1
  }
  return lines
}

const NEWLINE = 0x0a
