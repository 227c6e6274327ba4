import type { HostProcess } from '../ports/host-process.ts'
import { UsageError } from '../usage-error.ts'
import type { CollectorConfig } from './config.ts'

/**
 * Makes sure that the files and streams of a configuration can all be open at once.
 * @throws UsageError when the process may not have so many descriptors
 */
export async function assertEnoughDescriptors(
  { sinks: { localFile }, containerMonitor }: CollectorConfig,
  process: Pick<HostProcess, 'fileDescriptorLimit'>,
): Promise<void> {
  const files = localFile.enabled ? localFile.maxOpenFiles : 0
  const streams = containerMonitor.streamRotation.maxConcurrentStreams
  const logs = containerMonitor.source === 'api' ? 0 : containerMonitor.maxOpenLogs
  const needed = files + streams + logs + OTHERS
  const limit = await process.fileDescriptorLimit()
  if (limit === null || needed <= limit) return
  throw new UsageError(
    `Cannot have ${needed} files and sockets open, this process may have ${limit}: lower sinks.local_file.max_open_files (${files})${logs > 0 ? `, container_monitor.max_open_logs (${logs})` : ''} or container_monitor.stream_rotation.max_concurrent_streams (${streams}), or raise the limit (ulimit -n, LimitNOFILE)`,
  )
}

/** Control connections, listeners and who asks them, positions, the log, Node's own. */
const OTHERS = 64
