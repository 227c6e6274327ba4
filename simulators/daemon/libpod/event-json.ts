import type { EngineEvent } from '../../engine/engine-event.ts'
import { eventLine } from '../docker/event-route.ts'

/**
 * What Podman tells where Docker tells this, of the same container at the same moment. It differs from Podman in what goes before an end: a stop and
 * a forced removal show as the `kill` that they send, and there is no `stop`, which Podman too leaves out when a container is cleaned up before the
 * stop has noticed; a `restart` comes after the start, not before the end. A `remove` does not tell the exit code.
 */
export function toLibpodEvents(event: EngineEvent): EngineEvent[] {
  const actions = ACTIONS[event.action] ?? [event.action]
  return actions.map((action) => ({ ...event, action }))
}

/** One line of `/libpod/events`. @param apiMajor a client of 4 cannot read an event without an exit code: it is told 0 where nothing ended */
export function libpodEventLine(event: EngineEvent, apiMajor: number): Uint8Array {
  const { action, name, labels, attributes } = event
  const exitCode = action === 'died' ? attributes['exitCode'] : undefined
  const shown = exitCode ?? (apiMajor < FIRST_WITHOUT_EXIT_CODE ? '0' : undefined)
  const told = {
    ...labels,
    ...(shown !== undefined && { containerExitCode: shown }),
    image: attributes['image'] ?? '',
    name,
    podId: '',
  }
  return eventLine({ ...event, attributes: told }, true)
}

/** Podman's names of what Docker names otherwise. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  start: ['init', 'start'],
  die: ['died', 'cleanup'],
  stop: [],
  destroy: ['remove'],
}
const FIRST_WITHOUT_EXIT_CODE = 5
