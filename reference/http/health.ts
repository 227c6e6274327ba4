import type { LifecycleState } from '../lifecycle/lifecycle.ts'

/** How the collector is. `degraded`: it runs, and something it needs is away or misbehaves; it keeps trying. */
export interface Health {
  readonly status: 'healthy' | 'degraded' | 'unhealthy'
  readonly checks: Readonly<Record<string, HealthCheck>>
}

export interface HealthCheck {
  readonly ok: boolean
  /** One phrase for people. */
  readonly detail: string
}

/** The sum of all checks: healthy when every one is. A collector that does not run is unhealthy. */
export function healthOf(state: LifecycleState, parts: readonly Health['checks'][]): Health {
  const checks: Health['checks'] = Object.assign({}, ...parts)
  const ok = Object.values(checks).every((check) => check.ok)
  return { status: ok ? 'healthy' : state === 'running' ? 'degraded' : 'unhealthy', checks }
}
