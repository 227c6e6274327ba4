import { link, mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { codeOf } from '../errors.ts'
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
 *     <dir>/lock    {"pid": 4711, "started": "<boot id> <start time of the process>"}
 *
 * @throws UsageError when a live process holds the lock or the directory cannot be used.
 */
export async function acquireStateLock(directory: string): Promise<StateLock> {
  const path = join(directory, 'lock')
  const mine = JSON.stringify({ pid: process.pid, started: await startOf(process.pid) } satisfies Holder)
  const draft = `${path}.${process.pid}`
  try {
    await mkdir(directory, { recursive: true })
    await writeFile(draft, mine)
    await putInPlace(draft, path, directory)
  } catch (cause) {
    if (cause instanceof UsageError) throw cause
    throw new UsageError(`Cannot use state_dir ${directory}: ${String(cause)}`, { cause })
  } finally {
    await removeIfThere(draft)
  }
  return {
    release: async () => {
      if ((await readIfThere(path)) === mine) await removeIfThere(path)
    },
  }
}

interface Holder {
  readonly pid: number
  /** Tells a process from a later one with the same number; null where there is no /proc. */
  readonly started: string | null
}

async function putInPlace(draft: string, path: string, directory: string): Promise<void> {
  for (;;) {
    try {
      // Unlike a rename, a link fails when the name is taken, and the name appears with its contents.
      await link(draft, path)
      return
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
    const found = await readIfThere(path)
    if (found === null) continue
    const holder = parseHolder(found)
    if (holder !== null && (await isAlive(holder))) {
      throw new UsageError(
        `Cannot use state_dir ${directory}: collector with pid ${holder.pid} is running in it`,
      )
    }
    await removeStale(path, found, `${draft}.stale`)
  }
}

/** Moves the lock aside first: if another process has just taken it over, it is put back. */
async function removeStale(path: string, stale: string, aside: string): Promise<void> {
  try {
    await rename(path, aside)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  if ((await readFile(aside, 'utf8')) !== stale) await link(aside, path)
  await unlink(aside)
}

function parseHolder(text: string): Holder | null {
  const match = /^\{"pid":(\d+),"started":(?:"(.*)"|null)\}$/.exec(text)
  return match === null ? null : { pid: Number(match[1]), started: match[2] ?? null }
}

/** Whether the process with this number is the one that wrote the lock. */
async function isAlive(holder: Holder): Promise<boolean> {
  if (holder.started !== null) return (await startOf(holder.pid)) === holder.started
  try {
    return process.kill(holder.pid, 0)
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** Null for a process that is gone or only waits to be reaped. Else boot id and start time in clock ticks since the boot, which is field 22 of /proc/<pid>/stat (proc_pid_stat(5)). */
async function startOf(pid: number): Promise<string | null> {
  const [boot, stat] = await Promise.all([
    readIfThere('/proc/sys/kernel/random/boot_id'),
    readIfThere(`/proc/${pid}/stat`),
  ])
  if (boot === null || stat === null) return null
  // The second field, the command's name, may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const zombie = fields[STATE] === 'Z'
  return zombie ? null : `${boot.trim()} ${fields[START_TIME]}`
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
