import type { Source } from '../dispatch/block.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Logger } from '../ports/logger.ts'
import type { FileNotice } from './notices.ts'

/** Makes metrics and log lines of what happened to the files of a log: a loss is never silent. */
export function reportFileNotice(
  { name: file }: Source,
  notice: FileNotice,
  { logger, metrics }: { logger: Logger; metrics: Metrics },
): void {
  switch (notice.kind) {
    case 'rotated':
      metrics.fileRotated('renamed')
      logger.debug({ file }, 'A file was rotated and is read to its end')
      break
    case 'cut':
      metrics.fileRotated('cut')
      metrics.fileGap(file, notice.lostBytes)
      logger.warn({ file, ...notice }, CUT[notice.hasCopy ? 'copied' : 'gone'])
      break
    case 'removed':
      metrics.fileRotated('removed')
      if (notice.mayLack) metrics.fileGap(file, notice.lostBytes)
      logger[notice.mayLack ? 'error' : 'info'](
        { file, ...notice },
        REMOVED[notice.mayLack ? 'lost' : 'read'],
      )
      break
    case 'long_lines':
      metrics.fileLinesCut(file, notice.lines)
      break
  }
}

const CUT = {
  copied: 'A file was copied and cut: what was written in between is lost',
  gone: 'A file was cut or replaced, and no copy of it was found: what was not read of it is lost',
}
const REMOVED = {
  lost: 'A file is gone that was not known to be read to its end',
  read: 'A file is gone; it was read to its end when it was last seen',
}
