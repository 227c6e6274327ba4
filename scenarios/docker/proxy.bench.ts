import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ownCommand } from '../own-command.ts'
import { answers, dockerClient, usualHosts } from './docker-host.ts'
import { provideWorkloadImage, WORKLOAD_IMAGE } from './workload-image.ts'

const LINES = 400_000
const LINES_AT_ONCE = 100
const ROUNDS = 5
/** Of the engine's speed, what is to be left behind the proxy on a quiet machine; and on one as busy as may be. */
const [GOAL, SANITY] = [0.8, 0.4]

const host = usualHosts()[0]!
const isThere = host.startsWith('unix:') && (await answers(host))

test.skipIf(!isThere)(`a long log through the proxy, beside the engine itself (${host})`, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'proxy-bench-'))
  const proxySocket = join(directory, 'proxy.sock')
  const name = await writtenLog()
  const [command, ...args] = ownCommand(
    ['proxy', '--upstream', host, '--listen', `unix://${proxySocket}`],
    null,
  ).command
  const proxy = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(async () => {
    proxy.kill()
    await once(proxy, 'exit')
    await dockerClient(host).getContainer(name).remove({ force: true })
    await rm(directory, { recursive: true })
  })
  await once(proxy.stdout, 'data')

  const ratios: number[] = []
  const sizes = new Set<number>()
  for (let round = 0; round < ROUNDS; round++) {
    const direct = await readLog(new URL(host).pathname, name)
    const proxied = await readLog(proxySocket, name)
    ratios.push(direct.ms / proxied.ms)
    sizes.add(direct.bytes).add(proxied.bytes)
  }
  expect(sizes.size).toBe(1)
  const median = ratios.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)]!
  const isQuiet = loadavg()[0]! < availableParallelism()
  const machine = isQuiet ? 'on a quiet machine' : 'on a busy machine, so not held to its goal'
  console.log(
    `${(100 * median).toFixed(0)} % of the engine's speed, ${machine}: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`,
  )
  expect(median).toBeGreaterThan(isQuiet ? GOAL : SANITY)
})

/** A container that has written its lines. @returns its name */
async function writtenLog(): Promise<string> {
  const docker = dockerClient(host)
  await provideWorkloadImage(docker)
  const name = `wt-bench-${randomBytes(3).toString('hex')}`
  // Many lines at once: a shell would take a minute to write each by itself.
  const lines = Array.from({ length: LINES_AT_ONCE }, () => 'x'.repeat(99)).join('\n')
  const container = await docker.createContainer({
    name,
    Image: WORKLOAD_IMAGE,
    Cmd: [
      '/bin/sh',
      '-c',
      `i=0; while [ $i -lt ${LINES / LINES_AT_ONCE} ]; do echo '${lines}'; i=$((i+1)); done`,
    ],
    HostConfig: { NetworkMode: 'none', LogConfig: { Type: 'json-file', Config: {} } },
  })
  await container.start()
  await container.wait()
  return name
}

/** Reads it to its end as cheaply as can be. The date in the head is as long as ever. */
async function readLog(socketPath: string, name: string): Promise<{ ms: number; bytes: number }> {
  const socket = connect(socketPath)
  const began = performance.now()
  socket.write(
    `GET /containers/${name}/logs?stdout=1&timestamps=1 HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n`,
  )
  let bytes = 0
  socket.on('data', (piece: Buffer) => (bytes += piece.length))
  await once(socket, 'close')
  return { ms: performance.now() - began, bytes }
}
