import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { filters } from '../daemon.test-helper.ts'
import type { SimulatedDaemon } from '../simulated-daemon.ts'
import { askLibpod, startPodman } from './libpod.test-helper.ts'

describe('the list', () => {
  test('has the running ones, oldest first; with all, those too that are paused, ended or never started', async () => {
    const daemon = await withEveryState()
    expect(await names(daemon, '')).toEqual(['first', 'last'])
    expect(await names(daemon, 'all=true')).toEqual(['first', 'paused', 'ended', 'created', 'last'])
  })

  test('last is the newest so many of all, before limit; a negative number is no limit', async () => {
    const daemon = await withEveryState()
    expect(await names(daemon, 'last=2')).toEqual(['created', 'last'])
    expect(await names(daemon, 'limit=1')).toEqual(['last'])
    expect(await names(daemon, 'limit=1&last=-1')).toEqual(['first', 'last'])
  })

  test.each([
    [{ status: ['paused'] }, ['paused']],
    [{ status: ['exited', 'created'] }, ['ended', 'created']],
    [{ name: ['^l'] }, ['last']],
    [{ label: ['a=b'] }, ['first']],
    [{ since: ['first'] }, ['last']],
  ])('%j filters', async (wanted, expected) => {
    expect(await names(await withEveryState(), filters(wanted))).toEqual(expected)
  })

  test.each([
    ['last=x', 'schema: error converting value for "last"'],
    [filters({ foo: ['x'] }), 'foo is an invalid filter'],
    [filters({ status: ['foo'] }), 'invalid argument'],
    [filters({ before: ['nope'] }), 'no such container'],
    ['filters=bad', "invalid character 'b' looking for beginning of value"],
  ])('%s is refused', async (query, cause) => {
    const { status, json } = await askLibpod(await startPodman(), `/containers/json?${query}`)
    expect([status, json]).toEqual([500, expect.objectContaining({ cause, response: 500 })])
  })

  test('shows a container as Podman does', async () => {
    const daemon = await startPodman()
    const container = daemon.engine.addContainer({ name: 'web', image: 'nginx', command: ['run', 'it'] })
    const shown = async (): Promise<unknown> => (await askLibpod(daemon, '/containers/json?all=true')).json
    expect(await shown()).toEqual([
      expect.objectContaining({
        Id: container.id,
        Names: ['web'],
        Command: ['run', 'it'],
        Image: 'nginx',
        ImageID: expect.stringMatching(/^[0-9a-f]{64}$/),
        Labels: null,
        State: 'running',
        StartedAt: Math.floor(container.startedAt! / 1000),
        ExitedAt: -62_135_596_800,
        Exited: false,
        Size: null,
      }),
    ])
    daemon.engine.exit('web', 3)
    const ExitedAt = Math.floor(container.finishedAt! / 1000)
    expect(await shown()).toMatchObject([{ State: 'exited', Exited: true, ExitCode: 3, ExitedAt, Pid: 0 }])
  })
})

async function withEveryState(): Promise<SimulatedDaemon> {
  const daemon = await startPodman()
  daemon.engine.addContainer({ name: 'first', labels: { a: 'b' } })
  daemon.engine.addContainer({ name: 'paused' })
  daemon.engine.pause('paused')
  daemon.engine.addContainer({ name: 'ended' })
  daemon.engine.stop('ended')
  daemon.engine.addContainer({ name: 'created', started: false })
  daemon.engine.addContainer({ name: 'last' })
  return daemon
}

async function names(daemon: SimulatedDaemon, query: string): Promise<string[]> {
  const { json } = await askLibpod(daemon, `/containers/json?${query}`)
  return Listed.parse(json).map(({ Names }) => Names[0]!)
}

const Listed = z.array(z.object({ Names: z.array(z.string()) }))
