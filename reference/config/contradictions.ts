import type { CollectorConfig } from './config.ts'

/** Values that are each allowed and impossible together. */
export interface Contradiction {
  /** The key to put right, as in the YAML file. */
  readonly path: readonly string[]
  readonly problem: string
}

/** The first contradiction, or null. */
export function contradictionIn(config: CollectorConfig): Contradiction | null {
  return nowhereToWrite(config) ?? sameAddress(config) ?? lineBeyondQueue(config)
}

function nowhereToWrite({ containerMonitor, sinks }: CollectorConfig): Contradiction | null {
  if (!containerMonitor.enabled || sinks.localFile.enabled || sinks.stdout.enabled) return null
  return {
    path: ['sinks'],
    problem:
      'sinks: none is enabled, so that lines would go nowhere; enable sinks.local_file or sinks.stdout',
  }
}

function sameAddress({ metrics, api }: CollectorConfig): Contradiction | null {
  const same = metrics.host === api.host && metrics.port === api.port && api.port !== 0
  if (!metrics.enabled || !api.enabled || !same) return null
  return {
    path: ['api', 'listen'],
    problem: `api.listen: metrics.listen is the same address, ${api.host}:${api.port}; give each a port of its own`,
  }
}

function lineBeyondQueue({ containerMonitor, dispatcher }: CollectorConfig): Contradiction | null {
  if (containerMonitor.maxLineBytes <= dispatcher.queueBytesMax) return null
  return {
    path: ['dispatcher', 'queue_bytes_max'],
    problem:
      'dispatcher.queue_bytes_max: must not be less than container_monitor.max_line_bytes, or a long line never fits',
  }
}
