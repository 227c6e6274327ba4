import { counts, type Scene, type Suspect } from './suspect.ts'

/** Streams that are not over. */
export function streamSuspects(scene: Scene): Suspect[] {
  return scene.watch.streams
    .open()
    .filter((open) => counts(scene, open))
    .map(({ stream, path, round }) => ({
      kind: 'stream',
      what: stream.constructor.name,
      detail: '',
      path,
      round,
    }))
}
