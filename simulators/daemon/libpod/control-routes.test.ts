import { describe, expect, test } from 'vitest'
import type { SimulatedDaemon } from '../simulated-daemon.ts'
import { askLibpod, startPodman } from './libpod.test-helper.ts'

describe('a container', () => {
  test.each([
    ['stop', 'exited'],
    ['kill?signal=TERM', 'exited'],
    ['kill?signal=SIGCHLD', 'running'],
    ['pause', 'paused'],
    ['restart', 'running'],
  ])('that runs is %s', async (verb, state) => {
    const { daemon, post } = await running()
    expect((await post(verb)).status).toBe(204)
    expect(daemon.engine.container('web').state).toBe(state)
  })

  test('that is paused goes on, or is killed', async () => {
    const { daemon, post } = await running()
    await post('pause')
    expect((await post('unpause')).status).toBe(204)
    expect(daemon.engine.container('web').state).toBe('running')
    await post('pause')
    expect((await post('kill')).status).toBe(204)
    expect(daemon.engine.container('web').exitCode).toBe(137)
  })

  test('is not changed by a start while it runs or a stop when it has ended', async () => {
    const { daemon, post } = await running()
    expect((await post('start')).status).toBe(304)
    await post('stop')
    expect((await post('stop')).status).toBe(304)
    expect((await post('start')).status).toBe(204)
    expect(daemon.engine.container('web').state).toBe('running')
  })

  test('is renamed, to the name it has already too', async () => {
    const { daemon, post } = await running()
    expect((await post('rename?name=web')).status).toBe(204)
    expect((await post('rename?name=s')).status).toBe(204)
    expect(daemon.engine.find('s')?.name).toBe('s')
  })

  test.each([
    ['rename?name=db', 409, 'already in use, cannot rename container', 'container already exists'],
    ['rename?name=a%20b', 500, 'names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*', 'invalid argument'],
    ['rename', 500, 'names must match', 'invalid argument'],
    ['kill?signal=FOO', 500, 'invalid signal: FOO', 'invalid signal: FOO'],
    ['unpause', 500, "is not paused, can't unpause", IMPROPER],
  ])('that runs refuses %s', async (verb, status, words, cause) => {
    expect(await (await running()).post(verb)).toEqual(refusal(status, words, cause))
  })

  test.each([
    ['pause', 500, 'is already paused'],
    ['start', 500, 'must be in Created or Stopped state to be started'],
    ['stop', 500, 'can only stop created or running containers.'],
    ['restart', 500, 'unable to restart a container in a paused or unknown state'],
  ])('that is paused refuses %s', async (verb, status, words) => {
    const { post } = await running()
    await post('pause')
    expect(await post(verb)).toEqual(refusal(status, words, IMPROPER))
  })

  test.each([
    ['kill', 409, 'is in state exited'],
    ['pause', 500, `"exited" is not running, can't pause`],
  ])('that has ended refuses %s', async (verb, status, words) => {
    const { post } = await running()
    await post('stop')
    expect(await post(verb)).toEqual(refusal(status, words, IMPROPER))
  })

  test('is removed when it does not run, or by force, and a client of 4 is told how it was named', async () => {
    const { daemon } = await running()
    const { id } = daemon.engine.container('web')
    const remove = (query: string, version: string): ReturnType<typeof askLibpod> =>
      askLibpod(daemon, `/containers/web?${query}`, { method: 'DELETE', version })
    expect(await remove('force=false', '5.4.2')).toEqual(
      refusal(500, 'as it is running - running or paused containers cannot be removed', IMPROPER),
    )
    expect(await remove('force=true', '4.3.1')).toEqual({ status: 200, json: [{ Id: id, RawInput: 'web' }] })
    daemon.engine.addContainer({ name: 'web', started: false })
    expect(await remove('', '5.4.2')).toEqual({ status: 200, json: [{ Id: expect.any(String) }] })
    expect(daemon.engine.containers.map(({ name }) => name)).toEqual(['db'])
  })

  test.each(['start', 'stop', 'restart', 'kill', 'pause', 'unpause', 'rename?name=x', 'wait'])(
    'that there is not cannot be: %s',
    async (verb) => {
      const method = 'POST'
      const answered = await askLibpod(await startPodman(), `/containers/nope/${verb}`, { method })
      expect(answered).toEqual(refusal(404, 'no container with name or ID "nope" found', 'no such container'))
    },
  )
})

const IMPROPER = 'container state improper'

function refusal(status: number, words: string, cause: string): object {
  return { status, json: { cause, message: expect.stringContaining(words), response: status } }
}

/** A daemon with a container `web`, which requests are posted to, and another, `db`. */
async function running(): Promise<{
  daemon: SimulatedDaemon
  post: (verb: string) => ReturnType<typeof askLibpod>
}> {
  const daemon = await startPodman()
  daemon.engine.addContainer({ name: 'web' })
  daemon.engine.addContainer({ name: 'db' })
  return { daemon, post: (verb) => askLibpod(daemon, `/containers/web/${verb}`, { method: 'POST' }) }
}
