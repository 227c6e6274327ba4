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

/** Follows for long enough that every stream is rotated some times, and stops. After a while something goes wrong. */
async function followForAWhile(Follower: AnyFollower, goWrong: () => unknown = () => {}): Promise<LogLine[]> {
  const lines: LogLine[] = []
  const docker = new Docker({ socketPath: path.join(directory, 'docker.sock') })
  const follower = new Follower({
    docker,
    onLine: (line) => lines.push(line),
    rotateAfterMs: 50,
    pauseMs: 10,
  })
  await follower.start()
  await sleep(100)
  goWrong()
  await sleep(250)
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

  for (const [what, fault] of [
    ['streams go silent', faults.hungRead()],
    ['streams stop within a message', faults.blocked({ afterBytes: 5 })],
    ['streams are never opened', faults.hungOpen()],
    ['connections break', faults.reset()],
    ['streams end though the container runs', faults.cleanEnd()],
    ['Docker answers nothing any more', faults.hang()],
    ['Docker is restarted', faults.restartEngine({ containers: 'live-restore', downMs: 100 })],
  ] as const) {
    test(`leaves nothing open when ${what}`, async () => {
      await expect(() => followForAWhile(LogFollower, () => daemon.inject(fault))).toLeakNothing()
    })
  }

  test('leaves nothing open when the container is stopped', async () => {
    await expect(() => followForAWhile(LogFollower, () => daemon.engine.stop('web'))).toLeakNothing()
  })
})

describe('the follower as it was', () => {
  test('leaves nothing open while all is well: the usual test does not find the bug', async () => {
    await expect(() => followForAWhile(FollowerBefore)).toLeakNothing()
  })

  test('leaves a connection open at each rotation when streams go silent', async () => {
    const block = (): Promise<unknown> =>
      followForAWhile(FollowerBefore, () => daemon.inject(faults.hungRead()))
    const report = await findLeaks(block, { settleMs: 200 })
    const connection = report.leaks.find(({ kind }) => kind === 'socket')
    expect(connection?.what).toMatch(/^connection to unix:.*docker\.sock, GET .*\/logs$/)
    expect(connection?.openedAt).toMatch(/before\/log-follower\.ts:\d+:\d+$/)
    expect(connection?.count).toBeGreaterThanOrEqual(2)
    const task = report.leaks.find(({ kind }) => kind === 'task')
    expect(task?.what).toContain('read() has not returned')
  })
})
