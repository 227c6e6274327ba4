import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test, vi } from 'vitest'
import { probeProcesses } from './process-probe.ts'
import { ProcessTree } from './process-tree.ts'

let trees = 0

/** A shell script with a mark of its own, in a session of its own. */
async function shell(script: string): Promise<{ tree: ProcessTree; pid: number; ended: Promise<unknown> }> {
  const mark = `test.${process.pid}.${++trees}`
  const child = spawn('sh', ['-c', script], {
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, WATERTIGHT_SUBJECT: mark },
  })
  const ended = once(child, 'exit')
  await once(child, 'spawn')
  const tree = new ProcessTree(child.pid!, `WATERTIGHT_SUBJECT=${mark}`)
  onTestFinished(() => tree.signal('SIGKILL'))
  return { tree, pid: child.pid!, ended }
}

test('what a shell starts is counted with it: processes, descriptors, threads and memory', async () => {
  const { tree, pid } = await shell('sleep 60 & sleep 60 & wait')
  await vi.waitFor(async () => expect(await tree.pids()).toHaveLength(3), WAIT)
  const alone = await probeProcesses([pid])
  const all = await probeProcesses(await tree.pids())
  expect(all?.fdsByKind['device']).toBe(3 * alone!.fdsByKind['device']!)
  expect(all?.threads).toBe(3)
  expect(all?.rssBytes).toBeGreaterThan(alone!.rssBytes)
})

test('a process that lost its parent and has a session of its own still belongs to it', async () => {
  const { tree, ended } = await shell('setsid sleep 60 & :')
  await ended
  await vi.waitFor(async () => expect(await tree.pids()).toHaveLength(1), WAIT)
})

test('processes of another tree, and the one that asks, do not belong to it', async () => {
  const [one, other] = [await shell('sleep 60 & wait'), await shell('sleep 60 & wait')]
  await vi.waitFor(async () => expect(await other.tree.pids()).toHaveLength(2), WAIT)
  await vi.waitFor(async () => expect(await one.tree.pids()).toHaveLength(2), WAIT)
  expect(await one.tree.pids()).not.toContain(process.pid)
  expect((await one.tree.pids()).filter((pid) => pid === other.pid)).toEqual([])
})

test('a signal reaches all of it', async () => {
  const { tree } = await shell('setsid sleep 60 & sleep 60 & wait')
  await vi.waitFor(async () => expect(await tree.pids()).toHaveLength(3), WAIT)
  await tree.signal('SIGKILL')
  await vi.waitFor(async () => expect(await tree.pids()).toEqual([]), WAIT)
})

test('processor time of a child that has ended is not forgotten', async () => {
  const { tree, pid } = await shell('i=0; sh -c "while [ \\$((i+=1)) -lt 30000 ]; do :; done"; sleep 60; :')
  await vi.waitFor(async () => {
    expect((await tree.pids()).length).toBe(2)
    expect((await probeProcesses([pid]))?.cpuSeconds).toBeGreaterThan(0)
  }, WAIT)
})

const WAIT = { timeout: 30_000, interval: 50 }
