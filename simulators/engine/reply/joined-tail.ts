import { ContainerLog } from '../log/container-log.ts'
import { HEADER_BYTES, STDERR, STDOUT } from '../log/log-file.ts'
import type { LogReply } from './log-reply.ts'
import { STAMP_BYTES } from '../log/stamp-format.ts'

/**
 * The last lines of a log as Podman gives them before 4.7 (`getTailLog` in its libpod/logs/log.go; containers/podman#19545): it reads backwards, and
 * joins what lacks a newline to the line before, the last piece first, whatever stream it is of. What there is before the first line is left out.
 * @param whole reads the log, all of it
 * @param count of lines
 */
export function joinedTail(whole: LogReply, count: number): ContainerLog {
  const messages = messagesOf(whole)
  const lines: Line[] = []
  let pieces: Uint8Array[] = []
  for (let index = messages.length - 1; index >= 0 && lines.length < count; index--) {
    const message = messages[index]!
    if (message.at(-1) !== NEWLINE) pieces.push(message.subarray(DATA_START))
    else {
      lines.push({ message, pieces })
      pieces = []
    }
  }
  const joined = new ContainerLog()
  for (const line of lines.toReversed()) append(joined, line)
  return joined
}

interface Line {
  readonly message: Uint8Array
  readonly pieces: readonly Uint8Array[]
}

function messagesOf(reply: LogReply): Uint8Array[] {
  const messages: Uint8Array[] = []
  while (reply.state === 'ready') messages.push(reply.take(reply.messageBytes))
  return messages
}

function append(log: ContainerLog, { message, pieces }: Line): void {
  const stamp = message.subarray(HEADER_BYTES, HEADER_BYTES + STAMP_BYTES)
  const data = [message.subarray(DATA_START, -1), ...pieces, Uint8Array.of(NEWLINE)]
  log.append(message[0] === STDERR ? STDERR : STDOUT, stamp, Buffer.concat(data))
}

const DATA_START = HEADER_BYTES + STAMP_BYTES + 1
const NEWLINE = 0x0a
