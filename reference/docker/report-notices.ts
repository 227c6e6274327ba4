import type { MeasuredContainer, Metrics } from '../metrics/metrics.ts'
import type { Logger } from '../ports/logger.ts'
import type { Notice } from './reading/container-reader.ts'

/** Makes metrics and log lines of what a reader noticed: a gap is never silent. */
export function reportNotices(
  container: MeasuredContainer,
  notices: readonly Notice[],
  { logger, metrics }: { logger: Logger; metrics: Metrics },
): void {
  for (const notice of notices) {
    switch (notice.kind) {
      case 'gap':
        metrics.gap(container)
        logger.error(
          { container: container.name, ...notice },
          'The position was not found again: the engine lost lines',
        )
        break
      case 'replay':
        metrics.replayed(container, notice.messages)
        break
      case 'orphan':
        metrics.orphanedLines(container, 1)
        break
      case 'cut':
        metrics.cutLines(container, 1)
        break
      case 'filtered':
        metrics.linesFiltered(container, notice.lines)
        break
      case 'rate_limited':
        metrics.rateLimited(container, notice.lines)
        break
      case 'multiline_silence':
        metrics.multilineEnded(container, 'silence', notice.lines)
        break
      case 'multiline_limit':
        metrics.multilineEnded(container, 'limit', notice.lines)
        break
    }
  }
}
