import { enabledSinks } from '../sinks/make-sinks.ts'
import * as registry from '../sinks/registry.ts'
import type { CollectorConfig } from './config.ts'
import { isLoopback, overlap } from './listen-hosts.ts'

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
    openToOthers(config) ??
    nothingToRead(config) ??
    pushedToNobody(config) ??
    lineBeyondQueue(config) ??
    joinedBeyondQueue(config) ??
    presetAndPatterns(config) ??
    twoRates(config) ??
    tlsToASocket(config) ??
    halfACertificate(config) ??
    trainingOfWindows(config) ??
    withinASink(config)
  )
}

function nowhereToWrite({
  containerMonitor,
  fileMonitor,
  push,
  sinks,
}: CollectorConfig): Contradiction | null {
  const reads = containerMonitor.enabled || fileMonitor.enabled || push.enabled
  if (!reads || Object.values(sinks).some(({ enabled }) => enabled)) return null
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

function openToOthers({ api }: CollectorConfig): Contradiction | null {
  if (!api.enabled || api.token !== null || isLoopback(api.host)) return null
  return {
    path: ['api', 'listen'],
    problem: `api.listen: others can reach ${api.host}, and whoever does can stop monitors; set api.token or api.token_file, or listen on 127.0.0.1`,
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

function trainingOfWindows({ anomaly }: CollectorConfig): Contradiction | null {
  const windows = anomaly.trainingIntervalMs / anomaly.windowMs
  if (windows >= 1 && windows <= TRAINING_WINDOWS_MAX) return null
  return {
    path: ['anomaly', 'training_interval'],
    problem: `anomaly.training_interval: must be from 1 to ${TRAINING_WINDOWS_MAX} times anomaly.window`,
  }
}

function joinedBeyondQueue({ containerMonitor, dispatcher }: CollectorConfig): Contradiction | null {
  if (containerMonitor.multiline.maxBytes <= dispatcher.queueBytesMax) return null
  return {
    path: ['container_monitor', 'multiline', 'max_bytes'],
    problem:
      'container_monitor.multiline.max_bytes: must not be more than dispatcher.queue_bytes_max, or such a record never fits',
  }
}

function presetAndPatterns({ containerMonitor: { multiline } }: CollectorConfig): Contradiction | null {
  const { preset, start, continues } = multiline
  if (preset === null || (start === null && continues === null)) return null
  return {
    path: ['container_monitor', 'multiline', 'preset'],
    problem:
      'container_monitor.multiline.preset: stands for patterns of its own; leave out start and continue',
  }
}

function twoRates({ containerMonitor: { rateLimit } }: CollectorConfig): Contradiction | null {
  if (rateLimit.linesPerSecond === null || rateLimit.bytesPerSecond === null) return null
  return {
    path: ['container_monitor', 'rate_limit', 'bytes_per_second'],
    problem:
      'container_monitor.rate_limit.bytes_per_second: lines_per_second is set too; leave one of them out',
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

function nothingToRead({ fileMonitor: { enabled, paths } }: CollectorConfig): Contradiction | null {
  if (!enabled || paths.length > 0) return null
  return {
    path: ['file_monitor', 'paths'],
    problem: 'file_monitor.paths: names no file, but file_monitor.enabled is true; give a path or glob',
  }
}

function pushedToNobody({ api, push }: CollectorConfig): Contradiction | null {
  if (!push.enabled || api.enabled) return null
  return {
    path: ['push', 'enabled'],
    problem: 'push.enabled: lines are pushed to the API, but api.enabled is false; enable both or none',
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

/** So many are kept until they are learnt. */
const TRAINING_WINDOWS_MAX = 120
