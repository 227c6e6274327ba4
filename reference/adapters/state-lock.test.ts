import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { acquireStateLock } from './state-lock.ts'

let directory: string

beforeEach(async () => {
  const parent = await mkdtemp(join(tmpdir(), 'state-lock-'))
  onTestFinished(() => rm(parent, { recursive: true }))
  directory = join(parent, 'a', 'b')
})

test('the directory is made, locked, and free again after the release', async () => {
  const lock = await acquireStateLock(directory)
  expect((await readdir(directory)).toSorted()).toEqual(['lock', 'lock.holder'])
  await lock.release()
  await lock.release()
  expect(await readdir(directory)).toEqual(['lock'])
  await (await acquireStateLock(directory)).release()
})

test('a live process keeps its lock, and is named', async () => {
  const lock = await acquireStateLock(directory)
  await expect(acquireStateLock(directory)).rejects.toMatchObject({
    name: 'UsageError',
    code: 'state_in_use',
    message: `Cannot use state_dir ${directory}: the collector with pid ${process.pid} on ${hostname()} is running in it`,
  })
  await lock.release()
})

test('the lock of a process killed with -9 is taken over', async () => {
  const { pid, kill } = await holder(directory)
  await expect(acquireStateLock(directory)).rejects.toThrow(`pid ${pid} on`)
  await kill()
  await (await acquireStateLock(directory)).release()
})

test('two processes that cannot see each other, in PID namespaces of their own, do not both get it', async (context) => {
  const apart = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc']
  if (spawnSync(apart[0]!, [...apart.slice(1), 'true']).status !== 0) context.skip('no namespaces here')
  const { kill } = await holder(directory, apart)
  await expect(holder(directory, apart)).rejects.toThrow('it gave up')
  await expect(acquireStateLock(directory)).rejects.toThrow('is running in it')
  await kill()
  // The namespace's own process ends a moment after the one that was killed.
  await vi.waitFor(async () => await (await acquireStateLock(directory)).release(), { timeout: 30_000 })
})

test('of many that want it at the same moment exactly one gets it', async () => {
  const { kill } = await holder(directory)
  await kill()
  const contenders = await Promise.allSettled(Array.from({ length: 4 }, () => holder(directory)))
  const holders = contenders.filter((contender) => contender.status === 'fulfilled')
  expect(holders).toHaveLength(1)
  for (const { value } of holders) await value.kill()
})

describe('a lock of the former form, a file named after a process,', () => {
  test('keeps its directory while the process runs', async () => {
    await mkdir(directory, { recursive: true })
    await writeFile(join(directory, `lock.${process.pid}.unknown`), '')
    await expect(acquireStateLock(directory)).rejects.toMatchObject({
      name: 'UsageError',
      message: `Cannot use state_dir ${directory}: a collector of an earlier version with pid ${process.pid} is running in it`,
    })
    await rm(join(directory, `lock.${process.pid}.unknown`))
    await (await acquireStateLock(directory)).release()
  })

  test('goes when the process is gone, or another one was given its number', async () => {
    await mkdir(directory, { recursive: true })
    await writeFile(join(directory, `lock.${process.ppid}.1.some-boot`), '')
    await writeFile(join(directory, 'lock.4194999.1.some-boot'), '')
    await (await acquireStateLock(directory)).release()
    expect(await readdir(directory)).toEqual(['lock'])
  })
})

test('a directory that cannot be made is named', async () => {
  await writeFile(join(directory, '..'), 'a file in the way')
  await expect(acquireStateLock(directory)).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringContaining(`Cannot use state_dir ${directory}: ENOTDIR`),
  })
})

/** Another process that holds the lock; rejects when it does not get it. `prefix` is a command that runs it. */
async function holder(
  path: string,
  prefix: readonly string[] = [],
): Promise<{ pid: number; kill: () => Promise<void> }> {
  const node = [process.execPath, '--input-type=module', '-e', holderScript(path)]
  const [program = '', ...args] = [...prefix, ...node]
  const child = spawn(program, args, {
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
