import type { MonitorSwitch } from '../lifecycle/monitor-switch.ts'
import type { AnomalyReport } from '../anomalies/anomaly-detection.ts'
import type { Access } from './access.ts'
import { anomalyRoute } from './anomaly-route.ts'
import { json, type ApiRoute } from './api-route.ts'
import { captureRoutes } from './capture-routes.ts'
import type { Captures } from './captures.ts'
import { debugRoutes, type DebugOptions } from './debug-routes.ts'
import { healthRoutes } from './health-routes.ts'
import type { Health } from './health.ts'
import { monitorRoutes } from './monitor-routes.ts'
import { pushRoute, type PushRouteOptions } from './push-route.ts'
import { openApiRoute } from './open-api.ts'
import { reloadRoute } from './reload-routes.ts'
import type { ReloadReport } from '../reload/reload-report.ts'
import { statusPageRoute } from './page/status-page.ts'
import { statusSchema, type Status } from './status.ts'

export interface ApiOptions extends DebugOptions {
  readonly logs: PushRouteOptions
  readonly health: () => Health
  readonly status: () => Status
  readonly anomalies: () => AnomalyReport
  readonly monitors: readonly MonitorSwitch[]
  readonly access: Access
  readonly reload: () => Promise<ReloadReport>
  readonly captures: Captures
}

/** Everything the API serves, with its description. */
export function apiRoutes({
  access,
  captures,
  anomalies,
  health,
  logs,
  monitors,
  reload,
  status,
  ...debug
}: ApiOptions): ApiRoute[] {
  const routes = [
    ...healthRoutes(health),
    statusRoute(status),
    anomalyRoute(anomalies),
    ...monitorRoutes(monitors),
    reloadRoute(reload),
    pushRoute(logs),
    ...debugRoutes(debug),
    ...captureRoutes(captures),
  ]
  // For people: no part of what is described.
  const page: ApiRoute = { ...statusPageRoute(), summary: 'The status page', replies: {}, access: 'open' }
  return [...routes, openApiRoute(routes), page].map((route) => access.guarded(route))
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
