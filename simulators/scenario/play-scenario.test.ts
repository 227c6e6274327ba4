import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startDaemon } from '../daemon/daemon.test-helper.ts'
import { ENGINE_FAULTS } from './playable-faults.ts'
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
