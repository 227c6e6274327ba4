import type { Defect } from './defect.ts'

export const unclosedStream: Defect = {
  id: 'B10',
  origin: 'Go collector: 2.3 hidden goroutines and a socket per rotation, held by the client library',
  description: 'A stream that rotation leaves behind is never destroyed',
  patches: [{ file: 'reference/docker/stream-turn.ts', find: 'stream?.destroy()', replace: '' }],
  caughtBy: ['idle-stream', 'ordinary-day'],
}
