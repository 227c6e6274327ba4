import { reloadReportSchema, type ReloadReport } from '../reload/reload-report.ts'
import { errorBody, json, refusal, type ApiRoute } from './api-route.ts'

/** Has the configuration read again, as SIGHUP does. */
export function reloadRoute(reload: () => Promise<ReloadReport>): ApiRoute {
  return {
    method: 'POST',
    path: '/api/config/reload',
    summary: 'Reads the configuration again; answers once it is taken up, or why the one before is kept',
    replies: { 200: reloadReportSchema, 409: errorBody },
    access: 'protected',
    handle: async () => {
      const report = await reload()
      if (report.problem === null) return json(200, report)
      return refusal(409, `Cannot reload the configuration: ${report.problem}`)
    },
  }
}
