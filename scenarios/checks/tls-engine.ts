import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { stringify } from 'yaml'
import { dockerClient } from '../docker/docker-host.ts'
import { makeCertificates, type Certificates } from '../docker/certificates.ts'
import { engineOptions, launchEngine, type AvailableEngine } from '../docker/engine-process.ts'
import { provideWorkloadImage, WORKLOAD_IMAGE } from '../docker/workload-image.ts'
import { listenAnywhere } from '../subjects/listen-anywhere.ts'
import { CollectorProcess, LISTEN, until, verdict } from './rig.ts'

const LINES = 500

/** A private engine that asks for certificates over TCP: collected from by the keys of the configuration, then by the environment; and refused when it is another. */
export async function tlsEngine(): Promise<void> {
  await using certificates = await makeCertificates()
  const port = await freePort()
  await using engine = await startTlsEngine(certificates, port)
  const docker = dockerClient(engine.host)
  await provideWorkloadImage(docker)
  const container = await docker.createContainer({
    Image: WORKLOAD_IMAGE,
    Cmd: ['sh', '-c', `n=0; while [ $n -lt ${LINES} ]; do n=$((n+1)); echo "line $n"; done; exec sleep 1000`],
    HostConfig: { NetworkMode: 'none' },
  })
  await container.start()
  try {
    const own = {
      ca: certificates.path('ca'),
      cert: certificates.path('cert'),
      key: certificates.path('key'),
    }
    const fromEnvironment = {
      DOCKER_HOST: `tcp://127.0.0.1:${port}`,
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: certificates.directory,
    }
    const keys = { socket_path: `tcp://localhost:${port}`, tls: own }
    verdictOn('by the configuration', await linesCollected(container.id, keys, {}))
    verdictOn('by the environment', await linesCollected(container.id, {}, fromEnvironment))
    const foreign = { ...keys, tls: { ...own, ca: certificates.path('other-ca') } }
    const refused = await linesCollected(container.id, foreign, {}, 3)
    verdict('lines from an engine that another authority signed', refused, refused === 0, '0')
  } finally {
    await container.remove({ force: true })
  }
}

function verdictOn(how: string, lines: number): void {
  verdict(`lines collected over TLS, asked for ${how}`, lines, lines === LINES, `${LINES}`)
}

async function startTlsEngine({ path: file }: Certificates, port: number): Promise<AvailableEngine> {
  const directory = await mkdtemp(path.join(tmpdir(), 'watertight-tls-engine-'))
  const tls = [
    '--tlsverify',
    `--tlscacert=${file('ca')}`,
    `--tlscert=${file('server')}`,
    `--tlskey=${file('server-key')}`,
  ]
  return await launchEngine({
    command: ['dockerd', ...engineOptions(directory), `--host=tcp://127.0.0.1:${port}`, ...tls],
    host: `unix://${path.join(directory, 'docker.sock')}`,
    directory,
  })
}

/** Lines of the container that a collector has written after at most so many seconds. */
async function linesCollected(
  id: string,
  monitor: object,
  env: Readonly<Record<string, string>>,
  seconds = 20,
): Promise<number> {
  const directory = await mkdtemp(path.join(tmpdir(), 'watertight-tls-'))
  const config = path.join(directory, 'collector.yaml')
  const sinks = { local_file: { directory } }
  await writeFile(config, stringify({ state_dir: directory, container_monitor: monitor, sinks, ...LISTEN }))
  await using cleanUp = new AsyncDisposableStack()
  cleanUp.defer(() => rm(directory, { recursive: true }))
  cleanUp.use(await CollectorProcess.start(config, path.join(directory, 'log'), { env }))
  const count = async (): Promise<number> => {
    const file = (await readdir(directory)).find((name) => name.endsWith(`-${id.slice(0, 12)}.log`))
    if (file === undefined) return 0
    return (await readFile(path.join(directory, file), 'utf8')).split('\n').length - 1
  }
  await until('all lines', seconds, async () => (await count()) >= LINES).catch(() => {})
  return await count()
}

async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listenAnywhere(server)
  server.close()
  return port
}
