import { z } from 'zod'
import { MonitorRefusal, type MonitorState, type MonitorSwitch } from '../lifecycle/monitor-switch.ts'
import type { HttpReply } from '../ports/http-server.ts'
import { errorBody, json, refusal, type ApiRoute } from './api-route.ts'
import { monitorSchema } from './status.ts'

type Action = 'start' | 'stop'
type Switch = Pick<MonitorSwitch, 'current' | 'isEnabled' | 'switchOff' | 'switchOn'>

const switched = z.strictObject({ monitors: z.array(monitorSchema) })

/** Monitors there can be, as requests name them. */
const NAMES = ['container', 'file'] as const

/** Starts and stops what reads, each by its name, or all that the configuration enables. */
export function monitorRoutes(monitors: readonly Switch[]): ApiRoute[] {
  const actions = ['start', 'stop'] as const
  return actions.flatMap((action) => [
    route(action, null, () => monitors.filter(({ isEnabled }) => isEnabled)),
    ...NAMES.map((name) =>
      route(action, name, () =>
        monitors.filter(({ current, isEnabled }) => isEnabled && current.name === name),
      ),
    ),
  ])
}

function route(action: Action, name: string | null, find: () => readonly Switch[]): ApiRoute {
  const which = name === null ? 'every monitor' : `the ${name} monitor`
  const does = action === 'start' ? 'Starts' : 'Stops'
  return {
    method: 'POST',
    path: name === null ? `/api/monitors/${action}` : `/api/monitors/${name}/${action}`,
    summary: `${does} ${which}; answers once it is done, also where it was so already, with how it is now`,
    replies: { 200: switched, 409: errorBody },
    access: 'protected',
    handle: () => perform(action, name, find()),
  }
}

async function perform(action: Action, name: string | null, monitors: readonly Switch[]): Promise<HttpReply> {
  if (name !== null && monitors.length === 0)
    return refusal(
      409,
      `Cannot ${action} the ${name} monitor: set ${name}_monitor.enabled in the configuration`,
    )
  try {
    const states: MonitorState[] = await Promise.all(
      monitors.map((monitor) => (action === 'start' ? monitor.switchOn() : monitor.switchOff())),
    )
    return json(200, { monitors: states })
  } catch (error) {
    if (error instanceof MonitorRefusal) return refusal(409, error.message)
    throw error
  }
}
