import { setTimeout as delay } from 'node:timers/promises'
import type { Program } from '../program.ts'
import type { Release } from '../release.ts'
import type { StoredLogs } from '../stored-logs.ts'

export interface SocketArmOptions {
  readonly name: string
  readonly socketPath: string
  readonly release: Release
  /** Told of the programs that containers will run: a simulated engine has to be told what they do. */
  readonly onProgram?: (program: Program) => void
  readonly storedLogs: StoredLogs
  /** What a container's process needs after a start before it minds signals, milliseconds. Default 0: a simulated one minds them at once. */
  readonly startUpMs?: number
}

/** What every arm has whose engine is on a socket: it runs in real time. */
export abstract class SocketArm {
  readonly name: string
  readonly release: Release
  readonly storedLogs: StoredLogs

  constructor({ name, release, storedLogs }: SocketArmOptions) {
    this.name = name
    this.release = release
    this.storedLogs = storedLogs
  }

  run<T>(operation: () => Promise<T>): Promise<T> {
    return operation()
  }

  async sleep(ms: number): Promise<void> {
    await delay(ms)
  }

  now(): number {
    return Date.now()
  }
}
