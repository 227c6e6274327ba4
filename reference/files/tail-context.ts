import type { FileMonitorConfig } from '../config/config.ts'
import type { Source } from '../dispatch/block.ts'
import type { Delivery } from '../docker/delivery.ts'
import type { OpenFiles } from '../lifecycle/open-files.ts'
import type { Clock } from '../ports/clock.ts'
import type { FileStat, FileSystem } from '../ports/file-system.ts'
import type { Directories } from './directories.ts'
import type { FilesRead } from './files-read.ts'
import type { FileNotice } from './notices.ts'

/** What the tail of a log is given. */
export interface TailContext {
  readonly config: FileMonitorConfig
  readonly clock: Clock
  readonly fileSystem: FileSystem
  readonly openFiles: OpenFiles
  readonly directories: Directories
  readonly filesRead: FilesRead
  readonly delivery: Delivery
  readonly report: (source: Source, notice: FileNotice) => void
  /** Whether the path is wanted by itself. */
  readonly wants: (path: string) => boolean
  /** Whether this was a rotated file already when the collector started. */
  readonly wasRotatedBefore: (file: FileStat) => boolean
}
