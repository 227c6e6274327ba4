import { expect, test } from 'vitest'
import { TaskRegistry } from '../lifecycle/task-registry.ts'
import type { Clock } from '../ports/clock.ts'
import type { HttpReply, Route } from '../ports/http-server.ts'
import { World } from '../../simulators/index.ts'
import { debugRoutes } from './debug-routes.ts'
import { healthRoutes } from './health-routes.ts'
import type { Health } from './health.ts'
import { metricsRoutes } from './metrics-routes.ts'

async function get(routes: Route[], path: string): Promise<HttpReply> {
  const route = routes.find((candidate) => candidate.method === 'GET' && candidate.path === path)
  if (route === undefined) throw new Error(`no route for ${path}`)
  return await route.handle({ headers: {}, body: undefined })
}

function routesWhen(status: Health['status']): Route[] {
  const health: Health = { status, checks: { engine: { ok: status === 'healthy', detail: status } } }
  return healthRoutes(() => health)
}

test.each([
  ['healthy', 200],
  ['degraded', 503],
  ['unhealthy', 503],
] as const)('%s answers %i with the checks', async (status, code) => {
  const reply = await get(routesWhen(status), '/health')
  expect(reply.status).toBe(code)
  expect(JSON.parse(reply.body)).toEqual({
    status,
    checks: { engine: { ok: status === 'healthy', detail: status } },
  })
})

test.each([
  ['healthy', 200, { ready: true, reasons: [] }],
  ['degraded', 503, { ready: false, reasons: ['engine: degraded'] }],
  ['unhealthy', 503, { ready: false, reasons: ['engine: unhealthy'] }],
] as const)(
  'ready when %s answers %i with the reasons, and live is 200 all the same',
  async (status, code, body) => {
    const ready = await get(routesWhen(status), '/health/ready')
    expect([ready.status, JSON.parse(ready.body)]).toEqual([code, body])
    const live = await get(routesWhen(status), '/health/live')
    expect([live.status, JSON.parse(live.body)]).toEqual([200, { alive: true }])
  },
)

test('/debug/tasks lists every live task, oldest first', async () => {
  let now = 0
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    sleep: () => Promise.resolve(),
    after: () => ({ [Symbol.dispose]: () => {} }),
  }
  const tasks = new TaskRegistry(clock, { recordLocations: false })
  const scope = { path: 'app > container', closed: false }
  tasks.add({ kind: 'stream_reader', name: 'web', kept: false }, scope)
  now = 5
  const gone = tasks.add({ kind: 'heartbeat', name: 'web', kept: false }, scope)
  now = 10
  tasks.add({ kind: 'heartbeat', name: 'db', kept: true, heartbeatMs: 5 }, scope)
  tasks.remove(gone)
  const common = { scope: 'app > container', state: 'running', failures: 0, startedAt: null }
  const reply = await get(
    debugRoutes({ tasks, process: new World({ seed: 1 }).ports().process }),
    '/debug/tasks',
  )
  expect(JSON.parse(reply.body)).toEqual([
    { ...common, id: 1, kind: 'stream_reader', name: 'web', kept: false, ageMs: 10, heartbeatMs: null },
    { ...common, id: 3, kind: 'heartbeat', name: 'db', kept: true, ageMs: 0, heartbeatMs: 0 },
  ])
})

test('/metrics answers with the text format that Prometheus asks for', async () => {
  const reply = await get(metricsRoutes({ text: async () => 'up 1\n' }), '/metrics')
  expect(reply).toEqual({
    status: 200,
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    body: 'up 1\n',
  })
})
