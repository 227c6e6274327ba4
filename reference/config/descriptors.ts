import type { HostProcess } from '../ports/host-process.ts'
import { enabledSinks } from '../sinks/make-sinks.ts'
import { UsageError } from '../usage-error.ts'
import type { CollectorConfig } from './config.ts'

/**
 * Makes sure that the files and streams of a configuration can all be open at once.
 * @throws UsageError when the process may not have so many descriptors
 */
export async function assertEnoughDescriptors(
  { api, sinks, containerMonitor, fileMonitor }: CollectorConfig,
  process: Pick<HostProcess, 'fileDescriptorLimit'>,
): Promise<void> {
  const parts = [
    ...enabledSinks(sinks).flatMap(({ kind, config }) => {
      const own = kind.descriptors?.(config)
      return own === undefined ? [] : [{ ...own, key: `sinks.${kind.name}.${own.key}` }]
    }),
    ...(containerMonitor.enabled
      ? [
          {
            key: 'container_monitor.stream_rotation.max_concurrent_streams',
            count: containerMonitor.streamRotation.maxConcurrentStreams,
          },
        ]
      : []),
    ...(containerMonitor.enabled && containerMonitor.source !== 'api'
      ? [{ key: 'container_monitor.max_open_logs', count: containerMonitor.maxOpenLogs }]
      : []),
    // So many as there are by default are among the others.
    ...(api.enabled && api.connectionsMax > OTHERS
      ? [{ key: 'api.connections_max', count: api.connectionsMax }]
      : []),
    ...(fileMonitor.enabled ? [{ key: 'file_monitor.max_open_files', count: fileMonitor.maxOpenFiles }] : []),
  ]
  const needed = parts.reduce((sum, { count }) => sum + count, OTHERS)
  const limit = await process.fileDescriptorLimit()
  if (limit === null || needed <= limit) return
  const keys = parts.map(({ key, count }) => `${key} (${count})`).join(' or ')
  throw new UsageError(
    `Cannot have ${needed} files and sockets open, this process may have ${limit}: lower ${keys}, or raise the limit (ulimit -n, LimitNOFILE)`,
    { code: 'descriptors_too_few' },
  )
}

/** Control connections, listeners and who asks them, positions, the log, Node's own. */
const OTHERS = 64
