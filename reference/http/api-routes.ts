import type { MonitorSwitch } from '../lifecycle/monitor-switch.ts'
import type { AnomalyReport } from '../anomalies/anomaly-detection.ts'
import type { Access } from './access.ts'
import { anomalyRoute } from './anomaly-route.ts'
import { json, type ApiRoute } from './api-route.ts'
import { debugRoutes, type DebugOptions } from './debug-routes.ts'
import { healthRoutes } from './health-routes.ts'
import type { Health } from './health.ts'
import { monitorRoutes } from './monitor-routes.ts'
import { pushRoute, type PushRouteOptions } from './push-route.ts'
import { openApiRoute } from './open-api.ts'
import { statusSchema, type Status } from './status.ts'

export interface ApiOptions extends DebugOptions {
  readonly logs: PushRouteOptions
  readonly health: () => Health
  readonly status: () => Status
  readonly anomalies: () => AnomalyReport
  readonly monitors: readonly MonitorSwitch[]
  readonly access: Access
}

/** Everything the API serves, with its description. */
export function apiRoutes({
  access,
  anomalies,
  health,
  logs,
  monitors,
  status,
  ...debug
}: ApiOptions): ApiRoute[] {
  const routes = [
    ...healthRoutes(health),
    statusRoute(status),
    anomalyRoute(anomalies),
    ...monitorRoutes(monitors),
    pushRoute(logs),
    ...debugRoutes(debug),
  ]
  return [...routes, openApiRoute(routes)].map((route) => access.guarded(route))
}

function statusRoute(read: () => Status): ApiRoute {
  return {
    method: 'GET',
    path: '/status',
    summary:
      'What is read and where reading is, what each sink has yet to get, and the last warnings and errors',
    replies: { 200: statusSchema },
    access: 'protected',
    handle: () => json(200, read()),
  }
}
