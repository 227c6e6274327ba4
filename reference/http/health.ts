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
