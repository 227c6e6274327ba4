import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { acquireStateLock } from './state-lock.ts'

let directory: string

beforeEach(async () => {
  const parent = await mkdtemp(join(tmpdir(), 'state-lock-'))
  onTestFinished(() => rm(parent, { recursive: true }))
  directory = join(parent, 'a', 'b')
})

test('the directory is made, locked, and free again after the release', async () => {
  const lock = await acquireStateLock(directory)
  expect(await readdir(directory)).toEqual([expect.stringMatching(/^lock\./)])
  await lock.release()
  await lock.release()
  expect(await readdir(directory)).toEqual([])
  await (await acquireStateLock(directory)).release()
})

test('a live process keeps its lock, and is named', async () => {
  const lock = await acquireStateLock(directory)
  await expect(acquireStateLock(directory)).rejects.toMatchObject({
    name: 'UsageError',
    message: `Cannot use state_dir ${directory}: collector with pid ${process.pid} is running in it`,
  })
  expect(await readdir(directory)).toHaveLength(1)
  await lock.release()
})

test('the lock of a process killed with -9 is taken over', async () => {
  const { pid, kill } = await holder(directory)
  await expect(acquireStateLock(directory)).rejects.toThrow(`pid ${pid} is running`)
  await kill()
  const lock = await acquireStateLock(directory)
  expect(await readdir(directory)).toEqual([expect.stringMatching(`^lock\\.${process.pid}\\.`)])
  await lock.release()
})

test('a process that is dead and only waits to be reaped does not keep a lock', async () => {
  const neglectful = spawn(
    'sh',
    ['-c', '"$0" --input-type=module -e "$1" & exec sleep 60', process.execPath, holderScript(directory)],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  onTestFinished(() => void neglectful.kill('SIGKILL'))
  await once(neglectful.stdout, 'data')
  const [name = ''] = await readdir(directory)
  const pid = Number(name.split('.')[1])
  process.kill(pid, 'SIGKILL')
  while (!(await readFile(`/proc/${pid}/stat`, 'utf8')).includes(') Z ')) await delay(5)
  await (await acquireStateLock(directory)).release()
})

test('another process that was given the same number does not keep a lock', async () => {
  await (await acquireStateLock(directory)).release()
  await writeFile(join(directory, `lock.${process.ppid}.1.some-boot`), '')
  const lock = await acquireStateLock(directory)
  expect(await readdir(directory)).toHaveLength(1)
  await lock.release()
})

test('of many that want a stale lock at the same moment at most one gets it', async () => {
  const { kill } = await holder(directory)
  await kill()
  const contenders = await Promise.allSettled(Array.from({ length: 4 }, () => holder(directory)))
  const holders = contenders.filter((contender) => contender.status === 'fulfilled')
  expect(holders.length).toBeLessThanOrEqual(1)
  expect(await readdir(directory)).toHaveLength(holders.length)
  for (const { value } of holders) await value.kill()
})

test('a directory that cannot be made is named', async () => {
  await writeFile(join(directory, '..'), 'a file in the way')
  await expect(acquireStateLock(directory)).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringContaining(`Cannot use state_dir ${directory}: ENOTDIR`),
  })
})

/** Another process that holds the lock; rejects when it does not get it. */
async function holder(path: string): Promise<{ pid: number; kill: () => Promise<void> }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', holderScript(path)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const exited = once(child, 'exit').then(() => Promise.reject(new Error('it gave up')))
  exited.catch(() => {})
  await Promise.race([once(child.stdout, 'data'), exited])
  return {
    pid: child.pid ?? 0,
    kill: async () => {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

function holderScript(path: string): string {
  return `
    const { acquireStateLock } = await import(${JSON.stringify(new URL('state-lock.ts', import.meta.url))})
    await acquireStateLock(${JSON.stringify(path)})
    console.log('locked')
    setInterval(() => {}, 1000)`
}
