import { z } from 'zod'
import { ANOMALY_KINDS, type Anomaly } from '../anomalies/anomaly.ts'
import type { AnomalyReport } from '../anomalies/anomaly-detection.ts'
import { ANOMALIES_MAX } from '../anomalies/anomaly-list.ts'
import { json, type ApiRoute } from './api-route.ts'

const anomaly: z.ZodType<Anomaly> = z.strictObject({
  kind: z.enum(ANOMALY_KINDS),
  source: z.strictObject({ kind: z.enum(['container', 'file', 'push']), name: z.string(), id: z.string() }),
  score: z.number(),
  windowMs: z.number().nullable(),
  observed: z.number().nullable(),
  expected: z.number().nullable(),
  templates: z.array(z.strictObject({ template: z.string(), share: z.number(), usualShare: z.number() })),
  firstAt: z.string(),
  lastAt: z.string(),
  count: z.int(),
  ongoing: z.boolean(),
})

const report: z.ZodType<AnomalyReport> = z.strictObject({
  enabled: z.boolean(),
  watching: z.boolean(),
  sources: z.int(),
  sourcesWithDay: z.int(),
  sourcesSettled: z.int(),
  trainedAt: z.string().nullable(),
  anomalies: z.array(anomaly).max(ANOMALIES_MAX),
})

/** Protected: templates are what was logged. */
export function anomalyRoute(read: () => AnomalyReport): ApiRoute {
  return {
    method: 'GET',
    path: '/api/anomalies',
    summary: `What the anomaly detector has learnt so far, and the last ${ANOMALIES_MAX} anomalies, the latest first`,
    replies: { 200: report },
    access: 'protected',
    handle: () => json(200, read()),
  }
}
