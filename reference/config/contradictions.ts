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
    nothingToRead(config) ??
    lineBeyondQueue(config) ??
    tlsToASocket(config) ??
    halfACertificate(config)
  )
}

function nowhereToWrite({ containerMonitor, fileMonitor, sinks }: CollectorConfig): Contradiction | null {
  const reads = containerMonitor.enabled || fileMonitor.enabled
  if (!reads || sinks.localFile.enabled || sinks.stdout.enabled) return null
  return {
    path: ['sinks'],
    problem:
      'sinks: none is enabled, so that lines would go nowhere; enable sinks.local_file or sinks.stdout',
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

function nothingToRead({ fileMonitor: { enabled, paths } }: CollectorConfig): Contradiction | null {
  if (!enabled || paths.length > 0) return null
  return {
    path: ['file_monitor', 'paths'],
    problem: 'file_monitor.paths: names no file, but file_monitor.enabled is true; give a path or glob',
  }
}

function lineBeyondQueue({
  containerMonitor,
  dispatcher,
  fileMonitor,
}: CollectorConfig): Contradiction | null {
  const { queueBytesMax } = dispatcher
  const isTooLong = containerMonitor.maxLineBytes > queueBytesMax
  if (!isTooLong && fileMonitor.maxLineBytes <= queueBytesMax) return null
  const monitor = isTooLong ? 'container_monitor' : 'file_monitor'
  return {
    path: ['dispatcher', 'queue_bytes_max'],
    problem: `dispatcher.queue_bytes_max: must not be less than ${monitor}.max_line_bytes, or a long line never fits`,
  }
}
