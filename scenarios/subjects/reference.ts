import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { NUMBERED_LINE } from '../audit/numbered-line.ts'
import { collectorYaml } from '../collector-settings.ts'
import { ownCommand, ROOT } from '../own-command.ts'
import type { MetricNames } from '../probes/subject-probe.ts'
import { listenAnywhere } from './listen-anywhere.ts'
import type { Subject, SubjectDefinition, SubjectPlace, SubjectSettings } from './subject.ts'

/** What the reference collector calls its figures. */
export const REFERENCE_METRICS: MetricNames = {
  tasks: 'log_capturer_goroutines',
  streams: 'log_capturer_container_streams_active',
  utilization: 'log_capturer_container_stream_pool_utilization',
  rotations: 'log_capturer_container_stream_rotations_total',
  sinkFiles: 'log_capturer_local_file_open_files',
  containerLabel: 'container_name',
  deadlineErrors: [
    'log_capturer_container_stream_errors_total{error_type="read_timeout"}',
    'log_capturer_container_stream_errors_total{error_type="rotation_stuck"}',
    'log_capturer_abandoned_total',
  ],
}

/**
 * The reference collector as a process of its own: a subject like any other.
 * @param defect a known defect to put back into its sources, or `null`
 */
export function referenceSubject(defect: string | null): Subject {
  return { name: REFERENCE_NAME, prepare: (place, settings) => prepare(place, settings, defect) }
}

export const REFERENCE_NAME = 'reference'

/** A file handle that is left to the garbage collector is closed with a deprecation (DEP0137): here it ends the process, and so fails the phase. */
const FAILS_WHERE_GARBAGE_CLOSES = '--throw-deprecation'

async function prepare(
  place: SubjectPlace,
  settings: SubjectSettings,
  defect: string | null,
): Promise<SubjectDefinition> {
  const [metricsPort, apiPort] = await freePorts(2)
  const listen = { metricsListen: `127.0.0.1:${metricsPort}`, apiListen: `127.0.0.1:${apiPort}` }
  const config = path.join(place.stateDir, 'collector.yaml')
  const configuration = collectorYaml({ ...place, ...listen }, settings)
  await writeFile(config, configuration)
  const { command, env } = ownCommand(['collect', '--config', config], defect)
  return {
    name: REFERENCE_NAME,
    command,
    env: { ...env, NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} ${FAILS_WHERE_GARBAGE_CLOSES}` },
    container: null,
    workingDirectory: ROOT,
    configuration,
    ready: null,
    output: { from: 'files', glob: '*.log', pattern: NUMBERED_LINE, ignored: [] },
    isToldWhich: true,
    canShip: true,
    metrics: { url: `http://${listen.metricsListen}/metrics`, names: REFERENCE_METRICS },
    healthUrl: `http://${listen.apiListen}/health`,
    apiUrl: `http://${listen.apiListen}`,
  }
}

/** Ports nobody listens on at this moment, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  const ports = await Promise.all(servers.map((server) => listenAnywhere(server)))
  for (const server of servers) server.close()
  return ports
}
