import type { SeededRandom } from '../../world/seeded-random.ts'
import type { LogFile } from '../log/log-file.ts'

/** How many messages of a new file a follow sends before it opens that file once more; null where it does not. */
export type Replayed = number | 'first line' | null

/** As measured on Docker 20.10: of 60 replays 57 were one line and 3 one message of a line that was open; on busy logs they were 1 to 240 messages. */
export function drawReplayed(random: SeededRandom): Replayed {
  const draw = random.next()
  if (draw < ONE_MESSAGE_CHANCE) return 1
  return draw < ONE_LINE_CHANCE ? 'first line' : random.integer(1, MESSAGES_MAX)
}

/** Where in the file that is, as soon as it has so many messages; Infinity before that. */
export function replayedEnd(file: LogFile, replayed: Replayed): number {
  if (replayed === null) return Infinity
  const messages = replayed === 'first line' ? file.messagesOfFirstLine() : replayed
  return messages > file.messages ? Infinity : file.offsetOf(messages)
}

const ONE_MESSAGE_CHANCE = 0.15
const ONE_LINE_CHANCE = 0.65
const MESSAGES_MAX = 240
