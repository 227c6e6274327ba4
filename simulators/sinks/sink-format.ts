import type { HttpResponse } from '../../reference/ports/index.ts'

/** A request that was taken in whole. */
export interface ReceivedRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** How a kind of sink reads a request, and how it answers. */
export interface SinkFormat {
  /** The entries of a request. What it throws is answered: a {@link SinkRefusal} with its status, anything else with 400. */
  entries(request: ReceivedRequest): Uint8Array[]
  /** Which entries it never takes, by place, and the answer that says so; null when it takes all. Left out it takes all. */
  judge?(entries: readonly Uint8Array[], request: ReceivedRequest, nowMs: number): Judgement | null
  /** The answer when all entries were stored. */
  accepted(count: number, request: ReceivedRequest): HttpResponse
  /** The answer when those at the places `rejected`, counted from 0, were not stored. */
  partlyAccepted(
    entries: readonly Uint8Array[],
    rejected: readonly number[],
    request: ReceivedRequest,
  ): HttpResponse
  /** The answer of an error. Left out it is plain text. */
  failed?(status: number, words: string, request: ReceivedRequest): HttpResponse
}

export interface Judgement {
  readonly rejected: readonly number[]
  readonly answer: HttpResponse
}

/** A request that is answered with this status and these words; nothing of it is stored. */
export class SinkRefusal extends Error {
  override readonly name = 'SinkRefusal'
  readonly status: number

  constructor(status: number, words: string) {
    super(words)
    this.status = status
  }
}

/** A line is an entry, of the body as it was sent: no encoding is undone. Answers 204, and 200 with `{"accepted":3,"rejected":[1,4]}` when some lines were not stored. */
export const LINES: SinkFormat = {
  entries: ({ body }) => splitLines(body),
  accepted: () => ({ status: 204, headers: {}, body: new Uint8Array() }),
  partlyAccepted: (entries, rejected) => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ accepted: entries.length - rejected.length, rejected })),
  }),
}

/** The whole body is one entry. Answers as {@link LINES}. */
export const WHOLE_BODY: SinkFormat = { ...LINES, entries: ({ body }) => [body] }

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
