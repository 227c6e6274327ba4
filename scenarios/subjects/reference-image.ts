import { chmod, chown, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { NUMBERED_LINE } from '../audit/numbered-line.ts'
import { collectorYaml } from '../collector-settings.ts'
import { COLLECTOR_IMAGE, COLLECTOR_UID, HARDENED } from '../image/collector-image.ts'
import { freePorts, REFERENCE_METRICS } from './reference.ts'
import type { Subject, SubjectDefinition, SubjectPlace, SubjectSettings } from './subject.ts'

/** The reference collector in its container image: read-only, without privileges, and started by the engine. */
export const REFERENCE_IMAGE: Subject = { name: 'reference-image', prepare }

const SOCKET = '/run/engine.sock'
const STATE = '/var/lib/watertight'
const TAILED = '/var/log/app'
const LOGS = '/var/log/watertight'

async function prepare(place: SubjectPlace, settings: SubjectSettings): Promise<SubjectDefinition> {
  const [metricsPort, apiPort] = await freePorts(2)
  const listen = { metricsListen: `127.0.0.1:${metricsPort}`, apiListen: `127.0.0.1:${apiPort}` }
  const inside = {
    ...place,
    ...listen,
    dockerHost: `unix://${SOCKET}`,
    stateDir: STATE,
    tailDir: TAILED,
    outDir: LOGS,
  }
  await writeFile(path.join(place.stateDir, 'collector.yaml'), collectorYaml(inside, settings))
  await Promise.all(
    [place.stateDir, place.outDir].map((directory) => chown(directory, COLLECTOR_UID, COLLECTOR_UID)),
  )
  const socket = place.dockerHost.replace(/^unix:\/\//, '')
  await chmod(socket, 0o666)
  const container = `collector-${place.label.replace(/^.*=/, '')}`
  const mounts = [
    `${socket}:${SOCKET}`,
    `${place.stateDir}:${STATE}`,
    `${place.tailDir}:${TAILED}:ro`,
    `${place.outDir}:${LOGS}`,
  ]
  return {
    name: REFERENCE_IMAGE.name,
    command: [
      'docker',
      'run',
      '--rm',
      `--name=${container}`,
      ...HARDENED,
      '--network=host',
      // The limit of the client that starts it is not that of the container.
      ...(settings.descriptorLimit === undefined ? [] : [`--ulimit=nofile=${settings.descriptorLimit}`]),
      `--env=WATERTIGHT_HEALTH_URL=http://${listen.apiListen}/health/live`,
      ...mounts.map((mount) => `--volume=${mount}`),
      COLLECTOR_IMAGE,
      'collect',
      `--config=${STATE}/collector.yaml`,
    ],
    container,
    workingDirectory: place.stateDir,
    env: { DOCKER_HOST: place.dockerHost },
    ready: null,
    output: { from: 'files', glob: '*.log', pattern: NUMBERED_LINE, ignored: [] },
    isToldWhich: true,
    canShip: true,
    metrics: { url: `http://${listen.metricsListen}/metrics`, names: REFERENCE_METRICS },
    healthUrl: `http://${listen.apiListen}/health`,
    apiUrl: `http://${listen.apiListen}`,
  }
}
