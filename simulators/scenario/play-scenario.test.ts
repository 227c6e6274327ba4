import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startDaemon } from '../daemon/daemon.test-helper.ts'
import { World } from '../world.ts'
import { ENGINE_FAULTS, WORLD_FAULTS } from './playable-faults.ts'
import { parseScenario } from './parse-scenario.ts'
import { playScenario } from './play-scenario.ts'

test('the time line is played, and a step that cannot be is told', async () => {
  const daemon = await startDaemon()
  const { engine } = daemon
  const scenario = parseScenario(
    `
containers: [{name: web}, {name: db}, {name: spare}]
timeline:
  - {at: 0s, do: write, container: web, text: hello}
  - {at: 10ms, do: exit, container: web, exit_code: 3}
  - {at: 10ms, do: pause, container: db}
  - {at: 10ms, do: remove, container: spare}
  - {at: 20ms, do: stop, container: spare}
  - {at: 20ms, do: error-status, operation: list, status: 409}
  - {at: 30ms, do: hang}
  - {at: 5s, do: come-back}
`,
    'a.yaml',
    ENGINE_FAULTS,
  )
  const problems: string[] = []
  using _playing = playScenario(daemon, scenario, (problem) => problems.push(problem))
  await delay(100)
  expect(Buffer.from(engine.expectedOutput('web')).toString()).toBe('hello\n')
  expect(engine.containers.map(({ name, state, exitCode }) => [name, state, exitCode])).toEqual([
    ['web', 'exited', 3],
    ['db', 'paused', 0],
  ])
  expect(engine.availability).toBe('hung')
  expect(engine.takeCallFault('list')).toMatchObject({ fault: { kind: 'status', status: 409 } })
  expect(problems).toEqual(['At 20 ms, stop of spare: No such container: spare'])
})

test('a virtual world plays it in its own time, the faults of its file system too, and what lasts is over when it says', async () => {
  const world = new World({ seed: 1 })
  const scenario = parseScenario(
    `
containers: [{name: web}]
timeline:
  - {at: 10s, do: no-space, for: 1h}
  - {at: 2h, do: hang, for: 30m}
`,
    'a.yaml',
    WORLD_FAULTS,
  )
  using _playing = playScenario(world, scenario, (problem) => expect.fail(problem))
  const file = await world.run(() => world.fileSystem.open('/f', 'w'))
  const writes = async (): Promise<number | string> =>
    await world.run(() => file.write([Buffer.from('x')]).catch((error: { code: string }) => error.code))
  expect(await writes()).toBe(1)
  await world.advance(60_000)
  expect(await writes()).toBe('ENOSPC')
  await world.advance(3_600_000)
  expect(await writes()).toBe(1)
  await world.advance(3_600_000)
  expect(world.engine.availability).toBe('hung')
  await world.advance(3_600_000)
  expect(world.engine.availability).toBe('up')
})
