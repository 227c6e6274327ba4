import { expect, test } from 'vitest'
import { askLibpod, startPodman } from './libpod.test-helper.ts'

test('an inspection shows the container, its state and its log as Podman does', async () => {
  const daemon = await startPodman()
  const { id } = daemon.engine.addContainer({
    name: 'web',
    image: 'nginx',
    command: ['run', 'it'],
    tty: true,
    labels: { a: 'b' },
    logOptions: { 'max-size': '10m' },
  })
  const { json } = await askLibpod(daemon, '/containers/web/json')
  expect(json).toMatchObject({
    Id: id,
    Name: 'web',
    ImageName: 'nginx',
    Path: 'run',
    Args: ['it'],
    State: { Status: 'running', Running: true, Paused: false, FinishedAt: '0001-01-01T00:00:00Z' },
    Config: { Tty: true, Labels: { a: 'b' }, Entrypoint: null, StopSignal: 'SIGTERM' },
    HostConfig: { LogConfig: { Type: 'json-file', Size: '10mB' }, AutoRemove: false },
  })
})

test('a paused container does not run, and an ended one has its exit code and no process', async () => {
  const daemon = await startPodman()
  daemon.engine.addContainer({ name: 'web' })
  daemon.engine.pause('web')
  const shown = async (): Promise<unknown> => (await askLibpod(daemon, '/containers/web/json')).json
  expect(await shown()).toMatchObject({ State: { Status: 'paused', Running: false, Paused: true } })
  daemon.engine.unpause('web')
  daemon.engine.exit('web', 3)
  const ended = await shown()
  expect(ended).toMatchObject({ State: { Status: 'exited', ExitCode: 3, Pid: 0 } })
  expect(ended).not.toHaveProperty('State.ConmonPid')
})

test('a client of 4 is told the entry point as a text and the signal as a number', async () => {
  const daemon = await startPodman()
  daemon.engine.addContainer({ name: 'web' })
  const { json } = await askLibpod(daemon, '/containers/web/json', { version: '4.3.1' })
  expect(json).toMatchObject({ Config: { Entrypoint: '', StopSignal: 15 } })
})
