import type { OpenStream } from './stream-watch.ts'
import { counts, type Scene, type Suspect } from './suspect.ts'

/** Streams that are not over. Where descriptors are listed, one with a descriptor is named by that. */
export function streamSuspects(scene: Scene): Suspect[] {
  return scene.watch.streams
    .open()
    .filter((open) => counts(scene, open) && (scene.descriptors === null || !hasDescriptor(open)))
    .map(({ stream, path, round }) => ({
      kind: 'stream',
      what: stream.constructor.name,
      detail: '',
      path,
      round,
    }))
}

function hasDescriptor({ stream }: OpenStream): boolean {
  return typeof Reflect.get(stream, 'fd') === 'number'
}
