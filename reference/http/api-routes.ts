import type { TaskRegistry } from '../lifecycle/task-registry.ts'
import type { HttpReply, Route } from '../ports/http-server.ts'
import type { Health } from './health.ts'

export interface ApiOptions {
  readonly health: () => Health
  readonly tasks: Pick<TaskRegistry, 'list'>
}

/**
 * `GET /health`: 200 when healthy, else 503, with the {@link Health} either way.
 * `GET /debug/tasks`: every live task, oldest first; the counterpart of a goroutine dump.
 */
export function apiRoutes({ health, tasks }: ApiOptions): Route[] {
  return [
    { method: 'GET', path: '/health', handle: () => healthReply(health()) },
    { method: 'GET', path: '/debug/tasks', handle: () => json(200, tasks.list()) },
  ]
}

function healthReply(health: Health): HttpReply {
  return json(health.status === 'healthy' ? 200 : 503, health)
}

function json(status: number, value: unknown): HttpReply {
  return { status, contentType: 'application/json; charset=utf-8', body: `${JSON.stringify(value)}\n` }
}
