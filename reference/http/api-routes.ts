import type { ApiRoute } from './api-route.ts'
import { debugRoutes, type DebugOptions } from './debug-routes.ts'
import { healthRoutes } from './health-routes.ts'
import type { Health } from './health.ts'

export interface ApiOptions extends DebugOptions {
  readonly health: () => Health
}

/** Everything the API serves. */
export function apiRoutes(options: ApiOptions): ApiRoute[] {
  return [...healthRoutes(options.health), ...debugRoutes(options)]
}
