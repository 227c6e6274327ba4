import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { codeOf } from '../errors.ts'
import { UsageError } from '../usage-error.ts'

/**
 * Removes the locks that collectors before this lock's form put into a state directory: empty files called `lock.<pid>.<start>`.
 * @throws UsageError when the process of one still runs
 */
export async function clearFormerLocks(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const [, pid, start = ''] = LOCK_NAME.exec(name) ?? []
    if (pid === undefined) continue
    if (await isAlive(Number(pid), start)) {
      throw new UsageError(
        `Cannot use state_dir ${directory}: a collector of an earlier version with pid ${pid} is running in it`,
        { code: 'state_in_use' },
      )
    }
    await rm(join(directory, name), { force: true })
  }
}

const LOCK_NAME = /^lock\.(\d+)\.(.+)$/

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
