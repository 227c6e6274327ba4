import { access, constants, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { codeOf, messageOf } from '../errors.ts'
import { UsageError } from '../usage-error.ts'
import { clearFormerLocks } from './former-state-lock.ts'

/** The right to use a state directory. */
export interface StateLock {
  /** Gives it back. Idempotent. */
  release(): Promise<void>
}

/**
 * Makes sure that one collector at a time uses a state directory, which is created if need be.
 *
 * The lock is the kernel's, on the file `lock` in the directory. It ends with the process, however that ends, so that no lock is ever stale, and it
 * holds between containers that share the directory and see each other's processes as little as each other's numbers. Node has no call for
 * such a lock; SQLite takes one (fcntl(2), bytes of an empty file) for a write transaction, which is begun here and never
 * written to. `lock.holder` says who has it, for people; nothing is decided by it.
 *
 * @throws UsageError when another collector holds the lock or the directory cannot be used.
 */
export async function acquireStateLock(directory: string): Promise<StateLock> {
  const holder = join(directory, 'lock.holder')
  const lock = await takeLock(directory, holder)
  try {
    await clearFormerLocks(directory)
    await writeFile(holder, `pid ${process.pid} on ${hostname()}`)
  } catch (error) {
    lock.close()
    throw error instanceof UsageError ? error : unusable(directory, error)
  }
  let released: Promise<void> | null = null
  return {
    release: async () => {
      released ??= rm(holder, { force: true }).finally(() => lock.close())
      await released
    },
  }
}

async function takeLock(directory: string, holder: string): Promise<DatabaseSync> {
  let file: DatabaseSync | null = null
  try {
    await mkdir(directory, { recursive: true })
    // SQLite does not say why it cannot open a file.
    await access(directory, constants.W_OK | constants.X_OK)
    file = new DatabaseSync(join(directory, 'lock'), { timeout: 0 })
    // Else an empty journal would lie beside it.
    file.exec('PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE')
    return file
  } catch (error) {
    file?.close()
    if (isHeldElsewhere(error)) {
      const why = `the collector with ${await nameOf(holder)} is running in it`
      throw new UsageError(`Cannot use state_dir ${directory}: ${why}`, {
        cause: error,
        code: 'state_in_use',
      })
    }
    throw unusable(directory, error)
  }
}

function unusable(directory: string, cause: unknown): UsageError {
  const message = `Cannot use state_dir ${directory}: ${messageOf(cause)}`
  return new UsageError(message, { cause, code: 'state_unusable' })
}

function isHeldElsewhere(error: unknown): boolean {
  return (
    codeOf(error) === 'ERR_SQLITE_ERROR' && error instanceof Error && Reflect.get(error, 'errcode') === BUSY
  )
}

/** SQLITE_BUSY */
const BUSY = 5

async function nameOf(holder: string): Promise<string> {
  const name = await readFile(holder, 'utf8').catch(() => '')
  return name === '' ? 'an unknown pid' : name
}
