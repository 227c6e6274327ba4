import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Docker from 'dockerode'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { faults, findLeaks, SimulatedDaemon } from 'watertight/simulators'
import 'watertight/simulators/vitest'
import { LogFollower as FollowerBefore } from '../before/log-follower.ts'
import { LogFollower, type LogFollowerOptions, type LogLine } from './log-follower.ts'

/** The follower as it is, or as it was. */
type AnyFollower = new (options: LogFollowerOptions) => Pick<LogFollower, 'start' | 'stop'>

let directory: string
let daemon: SimulatedDaemon

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'log-follower-'))
  daemon = await SimulatedDaemon.listen({ listen: { socketPath: path.join(directory, 'docker.sock') } })
  daemon.engine.addContainer({ name: 'web', behaviour: { kind: 'chatty', everyMs: 5 } })
})

afterEach(async () => {
  await daemon[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})

/** Follows for long enough that every stream is rotated some times, and stops. */
async function followForAWhile(Follower: AnyFollower): Promise<LogLine[]> {
  const lines: LogLine[] = []
  const docker = new Docker({ socketPath: path.join(directory, 'docker.sock') })
  const follower = new Follower({ docker, onLine: (line) => lines.push(line), rotateAfterMs: 50 })
  await follower.start()
  await sleep(300)
  await follower.stop()
  return lines
}

describe('the follower', () => {
  test('delivers every line once and in order, over several rotations', async () => {
    const lines = await followForAWhile(LogFollower)
    const numbers = lines.map(({ text }) => Number(text.split(' ')[1]))
    expect(numbers.length).toBeGreaterThan(10)
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
  })

  test('leaves nothing open while all is well', async () => {
    await expect(() => followForAWhile(LogFollower)).toLeakNothing()
  })

  test('leaves nothing open when streams go silent', async () => {
    daemon.inject(faults.hungRead({ container: 'web' }))
    await expect(() => followForAWhile(LogFollower)).toLeakNothing()
  })

  test('leaves nothing open when streams stop within a message', async () => {
    daemon.inject(faults.blocked({ container: 'web', afterBytes: 5 }))
    await expect(() => followForAWhile(LogFollower)).toLeakNothing()
  })

  test('leaves nothing open when the container is stopped', async () => {
    const stopping = sleep(100).then(() => daemon.engine.stop('web'))
    await expect(() => followForAWhile(LogFollower)).toLeakNothing()
    await stopping
  })
})

describe('the follower as it was', () => {
  test('leaves nothing open while all is well: the usual test does not find the bug', async () => {
    await expect(() => followForAWhile(FollowerBefore)).toLeakNothing()
  })

  test('leaves a connection open at each rotation when streams go silent', async () => {
    daemon.inject(faults.hungRead({ container: 'web' }))
    const report = await findLeaks(() => followForAWhile(FollowerBefore), { settleMs: 200 })
    const connection = report.leaks.find(({ kind }) => kind === 'socket')
    expect(connection?.what).toMatch(/^connection to unix:.*docker\.sock, GET .*\/logs$/)
    expect(connection?.openedAt).toMatch(/before\/log-follower\.ts:\d+:\d+$/)
    expect(connection?.count).toBeGreaterThanOrEqual(2)
    const task = report.leaks.find(({ kind }) => kind === 'task')
    expect(task?.what).toContain('read() has not returned')
  })
})
