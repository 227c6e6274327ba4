import type { Metrics } from '../metrics/metrics.ts'
import type { Route } from '../ports/http-server.ts'

/** `GET /metrics` in Prometheus' text format. */
export function metricsRoutes(metrics: Pick<Metrics, 'text'>): Route[] {
  return [
    {
      method: 'GET',
      path: '/metrics',
      handle: async () => ({
        status: 200,
        contentType: 'text/plain; version=0.0.4; charset=utf-8',
        body: await metrics.text(),
      }),
    },
  ]
}
