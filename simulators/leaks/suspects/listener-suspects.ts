import type { PresentListener } from '../watches/listener-watch.ts'
import { counts, type Scene, type Suspect } from './suspect.ts'

/** Listeners that were added and not removed. */
export function listenerSuspects(scene: Scene): Suspect[] {
  return scene.watch.listeners
    .present()
    .filter((listener) => counts(scene, listener))
    .map((listener) => ({
      kind: 'listener',
      what: whatOf(listener),
      detail: '',
      path: listener.path,
      round: listener.round,
    }))
}

function whatOf({ target, event }: PresentListener): string {
  const name = target === process ? 'process' : target.constructor.name
  return `listener of "${String(event)}" on ${name}`
}
