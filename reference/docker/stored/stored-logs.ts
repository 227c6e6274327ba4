import path from 'node:path'
import type { ContainerMonitorConfig } from '../../config/config.ts'
import type { ContainerDetails, EngineInfo } from '../../ports/docker-engine.ts'
import type { Clock } from '../../ports/clock.ts'
import type { FileSystem } from '../../ports/file-system.ts'
import { OpenFiles } from '../../lifecycle/open-files.ts'
import type { Gunzip } from './gzip-content.ts'
import { ReadBuffers } from './read-buffers.ts'

export interface StoredLogsOptions {
  readonly clock: Clock
  readonly config: Pick<ContainerMonitorConfig, 'source' | 'maxOpenLogs'>
  readonly fileSystem: FileSystem
  readonly gunzip: Gunzip
}

/** Where the engine stores logs, as far as it has said, and what all who read there share. */
export class StoredLogs {
  readonly fileSystem: FileSystem
  readonly gunzip: Gunzip
  readonly openLogs: OpenFiles
  readonly buffers: ReadBuffers = new ReadBuffers(BUFFERS, BUFFER_BYTES)
  readonly #config: StoredLogsOptions['config']
  /** The directory with one for each container. The engine names a log only once its container was started: then it may be gone already. */
  #directory: string | null = null

  constructor({ clock, config, fileSystem, gunzip }: StoredLogsOptions) {
    this.fileSystem = fileSystem
    this.gunzip = gunzip
    this.openLogs = new OpenFiles(config.maxOpenLogs, clock)
    this.#config = config
  }

  /** Whether files are the only source: where they cannot be read nothing is. */
  get isOnly(): boolean {
    return this.#config.source === 'files'
  }

  /** Takes note of where the engine has put a log. */
  learn({ id, logDriver, logPath }: ContainerDetails): void {
    if (logDriver === DRIVER && logPath.endsWith(`/${id}/${id}-json.log`))
      this.#directory = path.posix.dirname(path.posix.dirname(logPath))
  }

  /** Whether the container's log is to be read from its file. Where the engine does not say yet where it is, only if there is no other way. */
  isFor(details: ContainerDetails, { kind }: EngineInfo): boolean {
    if (this.#config.source === 'api' || kind !== 'docker' || details.logDriver !== DRIVER) return false
    this.learn(details)
    return this.isOnly || this.pathOf(details) !== null
  }

  /** The file that the engine writes, or will write, the container's log to; null while that is not known. */
  pathOf({ id, logPath }: ContainerDetails): string | null {
    if (logPath !== '') return logPath
    return this.#directory === null ? null : path.posix.join(this.#directory, id, `${id}-json.log`)
  }
}

const DRIVER = 'json-file'
/** A disk is not quicker for being asked more at a time. */
const BUFFERS = 4
const BUFFER_BYTES = 512 * 1024
