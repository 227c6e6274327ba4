import type { Defect } from './defect.ts'

export const sharedJoin: Defect = {
  id: 'B7',
  origin: 'Go collector: one WaitGroup for the heartbeat of a container and the reader of a rotation',
  description:
    'Rotation waits for every task of the container, among them the heartbeat, which lives as long as the container',
  patches: [
    {
      file: 'reference/docker/stream-turn.ts',
      find: 'scope.close({ deadlineMs }),',
      replace: 'this.#subject.scope.join({ deadlineMs: 1e9 }),',
    },
  ],
  caughtBy: ['idle-stream', 'ordinary-day'],
}
