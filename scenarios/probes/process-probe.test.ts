import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { expect, onTestFinished, test, vi } from 'vitest'
import { descriptorKind, probeProcess } from './process-probe.ts'

test.each([
  ['socket:[4711]', 'socket'],
  ['pipe:[4711]', 'pipe'],
  ['anon_inode:[eventpoll]', 'eventpoll'],
  ['anon_inode:inotify', 'inotify'],
  ['/dev/null', 'device'],
  ['/var/log/a b.log', 'file'],
  ['/tmp/gone (deleted)', 'file'],
])('%s is of kind %s', (target, kind) => {
  expect(descriptorKind(target)).toBe(kind)
})

/** A process with three devices open, and what else it is given. */
async function start(...others: number[]): Promise<number> {
  const child = spawn('sleep', ['30'], { stdio: ['ignore', 'ignore', 'ignore', ...others] })
  onTestFinished(() => void child.kill())
  await once(child, 'spawn')
  return child.pid ?? 0
}

test('a descriptor more in a process is one more of its kind', async () => {
  const file = openSync(import.meta.filename, 'r')
  onTestFinished(() => closeSync(file))
  const [without, withFile] = [await start(), await start(file)]
  await vi.waitFor(async () => {
    const [before, after] = [await probeProcess(without), await probeProcess(withFile)]
    expect(before?.fdsByKind['device']).toBe(3)
    expect(after?.fdsByKind).toEqual({ ...before?.fdsByKind, file: (before?.fdsByKind['file'] ?? 0) + 1 })
    expect(after?.fds).toBe((before?.fds ?? 0) + 1)
  })
})

test('memory, threads and processor time are those of the process', async () => {
  const { user, system } = process.cpuUsage()
  const sample = await probeProcess(process.pid)
  expect(sample?.threads).toBeGreaterThan(1)
  expect(sample?.rssBytes).toBeGreaterThan(10 * 2 ** 20)
  // With what children took that other tests have started. The kernel counts in hundredths of a second.
  expect(sample?.cpuSeconds).toBeGreaterThanOrEqual((user + system) / 1e6 - 0.1)
})

test('a process that is gone has no figures', async () => {
  expect(await probeProcess(2 ** 22 + 1)).toBeNull()
})
