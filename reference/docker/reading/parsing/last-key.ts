import { messageKey } from './message-key.ts'
import type { MessageHandler, MessageParser } from './message-parser.ts'

/** Key of the last message of a complete reply, undefined when there is none. */
export function lastKey(parser: MessageParser, reply: readonly Uint8Array[]): number | undefined {
  let last: number | undefined
  const remember: MessageHandler = (stream, buffer, start, end) =>
    (last = messageKey(stream, buffer, start, end))
  for (const chunk of reply) parser.push(chunk, remember)
  parser.end(remember)
  return last
}
