import type { ContainerMonitorConfig } from '../config/config.ts'
import type { ContainerDetails, EngineInfo } from '../ports/docker-engine.ts'

/** A sentence saying why the container cannot be followed, or null. */
export function refuseLogDriver(
  { name, logDriver }: ContainerDetails,
  { kind }: EngineInfo,
  source: ContainerMonitorConfig['source'],
): string | null {
  if (source === 'files' && (kind !== 'docker' || logDriver !== 'json-file'))
    return `Cannot follow container ${name}: container_monitor.source is files, which are those of Docker's log driver json-file, and its log is ${kind === 'docker' ? logDriver : `${kind}'s`}`
  const allowed = READABLE_LOG_DRIVERS[kind]
  if (allowed.includes(logDriver)) return null
  return `Cannot follow container ${name}: its log driver is ${logDriver}; supported are ${allowed.join(' and ')}`
}

/** The drivers whose logs the reader was held against. */
const READABLE_LOG_DRIVERS: Readonly<Record<EngineInfo['kind'], readonly string[]>> = {
  docker: ['json-file', 'local'],
  podman: ['k8s-file', 'json-file'],
}
