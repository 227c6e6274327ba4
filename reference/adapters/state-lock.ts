import { mkdir, readdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { codeOf, messageOf } from '../errors.ts'
import { UsageError } from '../usage-error.ts'

/** The right to use a state directory. */
export interface StateLock {
  /** Gives it back. Idempotent. */
  release(): Promise<void>
}

/**
 * Makes sure that one collector at a time uses a state directory, which is created if need be. A lock whose process is gone
 * (`kill -9`, power cut) is taken over.
 *
 * Everyone puts up an empty file named after his process, `lock.<pid>.<start>`, and only then looks for those of others. So of two that come at
 * the same moment at least one sees the other, and removing the file of a dead process can never hit a live one. Two
 * that see each other both give up.
 *
 * @throws UsageError when a live process holds the lock or the directory cannot be used.
 */
export async function acquireStateLock(directory: string): Promise<StateLock> {
  const mine = lockName(process.pid, await startOf(process.pid))
  const release = (): Promise<void> => removeIfThere(join(directory, mine))
  try {
    await putUp(directory, mine)
  } catch (cause) {
    throw new UsageError(`Cannot use state_dir ${directory}: ${messageOf(cause)}`, { cause })
  }
  try {
    await assertAlone(directory, mine)
  } catch (error) {
    await release()
    throw error
  }
  return { release }
}

async function putUp(directory: string, name: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  try {
    await writeFile(join(directory, name), '', { flag: 'wx' })
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw new Error(runningIn(process.pid), { cause: error })
    throw error
  }
}

async function assertAlone(directory: string, mine: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const [, pid, start] = LOCK_NAME.exec(name) ?? []
    if (pid === undefined || name === mine) continue
    if (await isAlive(Number(pid), start ?? '')) {
      throw new UsageError(`Cannot use state_dir ${directory}: ${runningIn(Number(pid))}`)
    }
    await removeIfThere(join(directory, name))
  }
}

function runningIn(pid: number): string {
  return `collector with pid ${pid} is running in it`
}

const LOCK_NAME = /^lock\.(\d+)\.(.+)$/

function lockName(pid: number, start: string | null): string {
  return `lock.${pid}.${start ?? UNKNOWN}`
}

/** Stands for the start of a process where there is no /proc. */
const UNKNOWN = 'unknown'

/** Whether the process that put up the lock still runs, and not another one that was given its number. */
async function isAlive(pid: number, start: string): Promise<boolean> {
  if (start !== UNKNOWN) return (await startOf(pid)) === start
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/**
 * Null for a process that is gone or only waits to be reaped. Else its start in clock ticks since the boot, which is field 22 of
 * /proc/<pid>/stat (proc_pid_stat(5)), and the boot's id.
 */
async function startOf(pid: number): Promise<string | null> {
  const [boot, stat] = await Promise.all([
    readIfThere('/proc/sys/kernel/random/boot_id'),
    readIfThere(`/proc/${pid}/stat`),
  ])
  if (boot === null || stat === null) return null
  // The second field, the command's name, may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[STATE] === 'Z' ? null : `${fields[START_TIME]}.${boot.trim()}`
}

/** Fields 3 and 22, counted from the first one behind the name. */
const STATE = 0
const START_TIME = 19

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') return null
    throw error
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}
