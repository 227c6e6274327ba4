import { STATUS_CODES } from 'node:http'
import type { OrderedAnswer } from '../../daemon/ordered-answer.ts'

/** An answer that is not the engine's, as bytes. @param isLast whether the connection ends after it */
export function ownAnswer({ status, body }: OrderedAnswer, isLast: boolean): Uint8Array {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Ordered'}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(isLast ? ['Connection: close'] : []),
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}

/** The head of an answer whose body never comes. */
export const HEAD_ALONE: Uint8Array = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
)

/** What a client is told when nobody answers where the engine should be. */
export function unreachable(address: string, reason: string): OrderedAnswer {
  const message = `Cannot reach the engine at ${address}: ${reason}`
  return { status: 502, body: `${JSON.stringify({ message })}\n` }
}
