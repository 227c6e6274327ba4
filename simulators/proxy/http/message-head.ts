import { NO_BODY, type BodyKind } from './body-kind.ts'

/** What is to be known of a request before its body. */
export interface RequestHead {
  readonly method: string
  /** Path and query, as they were sent. */
  readonly target: string
  /** Whether it asks for another protocol, such as the bare bytes of an attached container. */
  readonly asksUpgrade: boolean
  /** Whether the client wants no other answer on this connection. */
  readonly isLast: boolean
  readonly body: BodyKind
}

/** What is to be known of an answer before its body. */
export interface ResponseHead {
  readonly status: number
  readonly contentType: string
  readonly body: BodyKind
}

/** Bytes of the first complete head, its empty line included; 0 while it is not complete. */
export function headLength(bytes: Buffer): number {
  const end = bytes.indexOf(HEAD_END)
  return end === -1 ? 0 : end + HEAD_END.length
}

/** False as soon as it is known that no request of HTTP/1 begins with these bytes. */
export function mayBeRequest(bytes: Buffer): boolean {
  return REQUEST_BEGINNING.test(bytes.toString('latin1', 0, METHOD_BYTES_MAX + 1))
}

/** The request with this head, its empty line included; null for none of HTTP/1. */
export function parseRequest(head: Buffer): RequestHead | null {
  const { first, headers } = linesOf(head)
  const [, method, target] = REQUEST_LINE.exec(first) ?? []
  if (method === undefined || target === undefined) return null
  const body = declaredBody(headers)
  return {
    method,
    target,
    asksUpgrade: headers.has('upgrade'),
    isLast: hasWord(headers.get('connection'), 'close') || first.endsWith('HTTP/1.0'),
    body: body ?? NO_BODY,
  }
}

/** The answer with this head to a request with this method; null for none of HTTP/1. */
export function parseResponse(head: Buffer, method: string): ResponseHead | null {
  const { first, headers } = linesOf(head)
  const [, digits] = STATUS_LINE.exec(first) ?? []
  if (digits === undefined) return null
  const status = Number(digits)
  const isBare = method === 'HEAD' || status < 200 || status === 204 || status === 304
  return {
    status,
    contentType: headers.get('content-type') ?? '',
    body: isBare ? NO_BODY : (declaredBody(headers) ?? { kind: 'rest' }),
  }
}

function linesOf(head: Buffer): { first: string; headers: ReadonlyMap<string, string> } {
  const [first = '', ...lines] = head.toString('latin1').trimEnd().split('\r\n')
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim())
  }
  return { first, headers }
}

function declaredBody(headers: ReadonlyMap<string, string>): BodyKind | null {
  if (hasWord(headers.get('transfer-encoding'), 'chunked')) return { kind: 'chunked' }
  const length = headers.get('content-length')
  if (length === undefined) return null
  return Number(length) > 0 ? { kind: 'length', bytes: Number(length) } : NO_BODY
}

function hasWord(value: string | undefined, word: string): boolean {
  return (value ?? '').split(',').some((each) => each.trim().toLowerCase() === word)
}

const HEAD_END = Buffer.from('\r\n\r\n')
const METHOD_BYTES_MAX = 20
const REQUEST_BEGINNING = /^[A-Z]{1,20}(?: |$)/
const REQUEST_LINE = /^([A-Z]{1,20}) (\S+) HTTP\/1\.[01]$/
const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})(?: |$)/
