import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { open } from '../daemon.test-helper.ts'
import type { SimulatedDaemon } from '../simulated-daemon.ts'
import { askLibpod, startPodman } from './libpod.test-helper.ts'

describe('a wait', () => {
  test('is over when the process ends, with its exit code', async () => {
    const daemon = await startPodman()
    daemon.engine.addContainer({ name: 'web' })
    const code = wait(daemon)
    await delay(20)
    daemon.engine.exit('web', 3)
    expect(await code).toBe('3\n')
  })

  test('is over at once when the container does not run', async () => {
    const daemon = await startPodman()
    daemon.engine.addContainer({ name: 'web' })
    daemon.engine.kill('web')
    expect(await wait(daemon)).toBe('137\n')
  })

  test('for a state that is no end tells no exit code, and knows any of several states', async () => {
    const daemon = await startPodman()
    daemon.engine.addContainer({ name: 'web' })
    expect(await wait(daemon, 'condition=running')).toBe('-1\n')
    const paused = wait(daemon, 'condition=paused&condition=exited')
    const stopped = wait(daemon, 'condition=stopped')
    await delay(20)
    daemon.engine.pause('web')
    expect(await paused).toBe('-1\n')
    daemon.engine.restart('web')
    expect(await stopped).toBe('143\n')
  })

  test('is not disturbed by other containers, and of a container that goes on it hears nothing more', async () => {
    const daemon = await startPodman()
    daemon.engine.addContainer({ name: 'web' })
    daemon.engine.addContainer({ name: 'db' })
    const code = wait(daemon)
    await delay(20)
    daemon.engine.exit('db', 1)
    daemon.engine.exit('web', 2)
    daemon.engine.remove('web')
    expect(await code).toBe('2\n')
  })

  test('for a state that there is not is refused', async () => {
    const daemon = await startPodman()
    daemon.engine.addContainer({ name: 'web' })
    const path = '/containers/web/wait?condition=foo'
    expect(await askLibpod(daemon, path, { method: 'POST' })).toMatchObject({
      status: 400,
      json: { cause: 'schema: error converting value for index 0 of "condition"' },
    })
  })
})

async function wait(daemon: SimulatedDaemon, query = ''): Promise<string> {
  return text(await open(daemon, `/v5.4.2/libpod/containers/web/wait?${query}`, 'POST'))
}
