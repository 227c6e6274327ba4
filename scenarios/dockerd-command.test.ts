import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import Docker from 'dockerode'
import { ENGINE_FAULTS, parseScenario } from '../simulators/index.ts'
import { ownCommand } from './own-command.ts'

async function dockerd(...args: string[]): Promise<{ process: ReturnType<typeof spawn>; directory: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'dockerd-'))
  await writeFile(join(directory, 'wrong.yaml'), 'containers:\n  - {nam: web}\n')
  const [command, ...own] = ownCommand(['dockerd', ...args], null).command
  const process = spawn(command, own, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(async () => {
    process.kill('SIGKILL')
    await rm(directory, { recursive: true })
  })
  return { process, directory }
}

test('it says where it listens, serves three chatty containers, and a signal ends it with its socket', async () => {
  const { process, directory } = await dockerd('--socket', 'docker.sock')
  const [line] = await once(process.stdout!, 'data')
  expect(String(line)).toBe('listening on unix://docker.sock\n')
  const socketPath = join(directory, 'docker.sock')
  const containers = await new Docker({ socketPath }).listContainers()
  expect(containers.map(({ Names, State }) => [Names[0], State])).toEqual([
    ['/database', 'running'],
    ['/worker', 'running'],
    ['/web', 'running'],
  ])
  process.kill('SIGTERM')
  expect(await once(process, 'exit')).toEqual([0, null])
  expect(existsSync(socketPath)).toBe(false)
})

test('a scenario with a wrong key is named with its line, and nothing listens', async () => {
  const { process } = await dockerd('--socket', 'docker.sock', '--scenario', 'wrong.yaml')
  const [said, [status]] = await Promise.all([text(process.stderr!), once(process, 'exit')])
  expect(said).toMatch(/^wrong.yaml:2: unknown key containers.0.nam; did you mean name\?/)
  expect(status).toBe(2)
})

test('the list of faults is one JSON object', async () => {
  const { process } = await dockerd('--list-faults', '--json')
  const listed: unknown = JSON.parse(await text(process.stdout!))
  expect(listed).toMatchObject({ schema: 1 })
  expect(listed).toHaveProperty(
    'faults',
    expect.arrayContaining([
      {
        name: 'reset',
        target: 'stream',
        description: 'The connection breaks; what was not read is gone.',
        parameters: {
          container: 'a container; default every container',
          streams: 'open, next, all; default open',
          follow: 'true or false; default both',
        },
      },
      expect.objectContaining({ name: 'no-space', target: 'file system' }),
      expect.objectContaining({ name: 'accepts-then-fails', target: 'sink' }),
    ]),
  )
})

test('the scenario file of the README is one', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const [, scenario] = /```yaml\n(# faults\.yaml\n[^]*?)```/.exec(readme) ?? []
  expect(parseScenario(scenario!, 'README.md', ENGINE_FAULTS).timeline).toHaveLength(3)
})
