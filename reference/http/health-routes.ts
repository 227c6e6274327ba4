import { z } from 'zod'
import { json, type ApiRoute } from './api-route.ts'
import type { Health } from './health.ts'

const health: z.ZodType<Health> = z.strictObject({
  status: z.enum(['healthy', 'degraded', 'unhealthy']),
  checks: z.record(z.string(), z.strictObject({ ok: z.boolean(), detail: z.string() })),
})

const liveness = z.strictObject({ alive: z.literal(true) })

const readiness = z.strictObject({ ready: z.boolean(), reasons: z.array(z.string()) })

/** How the collector is, for people, and for what restarts it or sends traffic to it. They are open: who asks has no token. */
export function healthRoutes(read: () => Health): ApiRoute[] {
  const common = { method: 'GET', access: 'open' } as const
  return [
    {
      ...common,
      path: '/health',
      summary: 'The checks of all parts: 200 when every one is good, otherwise 503',
      replies: { 200: health, 503: health },
      handle: () => healthReply(read()),
    },
    {
      ...common,
      path: '/health/live',
      summary:
        'That the process answers: whatever is wrong with its surroundings, restarting it would not help',
      replies: { 200: liveness },
      handle: () => json(200, { alive: true }),
    },
    {
      ...common,
      path: '/health/ready',
      summary: 'Whether it runs and every check is good: 200, otherwise 503 with the reasons',
      replies: { 200: readiness, 503: readiness },
      handle: () => readinessReply(read()),
    },
  ]
}

function healthReply(now: Health): ReturnType<typeof json> {
  return json(now.status === 'healthy' ? 200 : 503, now)
}

function readinessReply({ status, checks }: Health): ReturnType<typeof json> {
  const ready = status === 'healthy'
  const bad = Object.entries(checks).filter(([, { ok }]) => !ok)
  return json(ready ? 200 : 503, { ready, reasons: bad.map(([name, { detail }]) => `${name}: ${detail}`) })
}
