import type { MonitorSwitch } from '../lifecycle/monitor-switch.ts'
import type { Access } from './access.ts'
import { json, type ApiRoute } from './api-route.ts'
import { debugRoutes, type DebugOptions } from './debug-routes.ts'
import { healthRoutes } from './health-routes.ts'
import type { Health } from './health.ts'
import { monitorRoutes } from './monitor-routes.ts'
import { openApiRoute } from './open-api.ts'
import { reloadRoute } from './reload-routes.ts'
import type { ReloadReport } from '../reload/reload-report.ts'
import { statusSchema, type Status } from './status.ts'

export interface ApiOptions extends DebugOptions {
  readonly health: () => Health
  readonly status: () => Status
  readonly monitors: readonly MonitorSwitch[]
  readonly access: Access
  readonly reload: () => Promise<ReloadReport>
}

/** Everything the API serves, with its description. */
export function apiRoutes({ access, health, monitors, reload, status, ...debug }: ApiOptions): ApiRoute[] {
  const routes = [
    ...healthRoutes(health),
    statusRoute(status),
    ...monitorRoutes(monitors),
    reloadRoute(reload),
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
