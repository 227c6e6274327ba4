import { enabledSinks } from '../sinks/make-sinks.ts'
import * as registry from '../sinks/registry.ts'
import type { CollectorConfig } from './config.ts'
import { overlap } from './listen-hosts.ts'

/** Values that are each allowed and impossible together. */
export interface Contradiction {
  /** The key to put right, as in the YAML file. */
  readonly path: readonly string[]
  readonly problem: string
}

/** The first contradiction, or null. */
export function contradictionIn(config: CollectorConfig): Contradiction | null {
  return (
    nowhereToWrite(config) ??
    sameAddress(config) ??
    lineBeyondQueue(config) ??
    tlsToASocket(config) ??
    halfACertificate(config) ??
    withinASink(config)
  )
}

function nowhereToWrite({ containerMonitor, sinks }: CollectorConfig): Contradiction | null {
  if (!containerMonitor.enabled || Object.values(sinks).some(({ enabled }) => enabled)) return null
  const names = Object.values(registry).map(({ name }) => `sinks.${name}`)
  return {
    path: ['sinks'],
    problem: `sinks: none is enabled, so that lines would go nowhere; enable one of ${names.join(', ')}`,
  }
}

function sameAddress({ metrics, api }: CollectorConfig): Contradiction | null {
  const same = metrics.port === api.port && api.port !== 0 && overlap(metrics.host, api.host)
  if (!metrics.enabled || !api.enabled || !same) return null
  return {
    path: ['api', 'listen'],
    problem: `api.listen: metrics.listen is the same address, ${metrics.host}:${metrics.port}; give each a port of its own`,
  }
}

function tlsToASocket({ containerMonitor: { socketPath, tls } }: CollectorConfig): Contradiction | null {
  if (tls === null || !socketPath.startsWith('unix:')) return null
  return {
    path: ['container_monitor', 'tls'],
    problem: `container_monitor.tls: is for an engine at tcp://host:port, but container_monitor.socket_path is ${socketPath}; set one of them right`,
  }
}

function halfACertificate({ containerMonitor: { tls } }: CollectorConfig): Contradiction | null {
  if (tls === null || (tls.cert === null) === (tls.key === null)) return null
  const [there, missing] = tls.key === null ? ['cert', 'key'] : ['key', 'cert']
  return {
    path: ['container_monitor', 'tls', there],
    problem: `container_monitor.tls.${there}: needs container_monitor.tls.${missing} beside it`,
  }
}

function withinASink(config: CollectorConfig): Contradiction | null {
  for (const { kind, config: own } of enabledSinks(config.sinks)) {
    const found = kind.contradiction?.(own, config) ?? null
    if (found === null) continue
    const path = ['sinks', kind.name, ...found.path]
    return { path, problem: `${path.join('.')}: ${found.problem}` }
  }
  return null
}

function lineBeyondQueue({ containerMonitor, dispatcher }: CollectorConfig): Contradiction | null {
  if (containerMonitor.maxLineBytes <= dispatcher.queueBytesMax) return null
  return {
    path: ['dispatcher', 'queue_bytes_max'],
    problem:
      'dispatcher.queue_bytes_max: must not be less than container_monitor.max_line_bytes, or a long line never fits',
  }
}
