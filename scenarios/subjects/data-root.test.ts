import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { SimulatedDaemon } from '../../simulators/index.ts'
import { dataRootOf } from './data-root.ts'
import { listenAnywhere } from './listen-anywhere.ts'

async function directory(): Promise<string> {
  const made = await realpath(await mkdtemp(path.join(tmpdir(), 'data-root-')))
  onTestFinished(() => rm(made, { recursive: true }))
  return made
}

/** An engine that says this about itself. */
async function engineThatSays(info: unknown): Promise<{ host: string; connections: () => Promise<number> }> {
  const server = createServer((_, response) => response.end(JSON.stringify(info)))
  const port = await listenAnywhere(server)
  onTestFinished(() => void server.close())
  const connections = (): Promise<number> =>
    new Promise((resolve) => server.getConnections((_, count) => resolve(count)))
  return { host: `tcp://127.0.0.1:${port}`, connections }
}

test('the directory is what the engine says, without links, and no connection stays open for it', async () => {
  const root = await directory()
  await mkdir(path.join(root, 'docker', 'containers'), { recursive: true })
  await symlink('docker', path.join(root, 'link'))
  const { host, connections } = await engineThatSays({ DockerRootDir: path.join(root, 'link') })
  expect(await dataRootOf(host)).toBe(path.join(root, 'docker'))
  await expect.poll(connections).toBe(0)
})

test('an engine that keeps no files, as the simulated one, is named as the reason', async () => {
  await using engine = await SimulatedDaemon.listen({ listen: { port: 0 } })
  await expect(dataRootOf(engine.address)).rejects.toThrow(
    'Cannot fill in {{data_root}}: this engine keeps no files: use --engine docker',
  )
})

test('a directory that is on another machine is named', async () => {
  const { host } = await engineThatSays({ DockerRootDir: '/no/such/docker' })
  await expect(dataRootOf(host)).rejects.toThrow(/\/no\/such\/docker, which is not on this machine/)
})

test('a directory without logs that can be read is named', async () => {
  const root = await directory()
  const { host } = await engineThatSays({ DockerRootDir: root })
  await expect(dataRootOf(host)).rejects.toThrow(/logs of the engine in .* cannot be read/)
})

test('an engine that does not answer, or answers something else, is named', async () => {
  await expect(dataRootOf('unix:///no/such/engine.sock')).rejects.toThrow(/engine at unix:.*does not say/)
  const { host } = await engineThatSays({})
  await expect(dataRootOf(host)).rejects.toThrow(/does not say where it keeps its files/)
})
