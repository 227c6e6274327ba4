import type { Defect } from './defect.ts'

export const blockedRead: Defect = {
  id: 'B8',
  origin:
    'Go collector: the reader sat in a blocking read on an idle stream, so the first rotation never completed',
  description:
    'The read is not given the signal and rotation waits for the reader before it closes the stream',
  patches: [
    {
      file: 'reference/docker/stream-turn.ts',
      find: 'stream.read({ signal: watchdog.signal })',
      replace: 'stream.read({ signal: NEVER })',
    },
    {
      file: 'reference/docker/stream-turn.ts',
      find: 'return await this.#untilOver(reading.done)',
      replace: 'return await reading.done',
    },
  ],
  caughtBy: ['idle-stream', 'ordinary-day'],
}
