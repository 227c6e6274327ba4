import type { ContainerMonitorConfig } from '../config/config.ts'
import type { BackOff } from '../lifecycle/back-off.ts'
import { withDeadline } from '../lifecycle/deadline.ts'
import type { Semaphore } from '../lifecycle/semaphore.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Clock } from '../ports/clock.ts'
import { EngineError, type ContainerDetails, type DockerEngine } from '../ports/docker-engine.ts'
import type { Logger } from '../ports/logger.ts'
import type { ContainerNews } from './container-news.ts'

export interface InspectionContext {
  readonly clock: Clock
  readonly config: ContainerMonitorConfig
  readonly engine: DockerEngine
  readonly logger: Logger
  readonly metrics: Metrics
  /** Bounds how many containers are inspected at the same time. Nobody holds a permit while it waits to ask again. */
  readonly attaching: Semaphore
}

export interface InspectionSubject {
  readonly id: string
  readonly name: string
  readonly news: ContainerNews
  /** Between one question and the next. */
  readonly backOff: BackOff
}

/**
 * The container's details, null once it is gone. Asks until the engine answers. That the engine does not find the container proves nothing by itself: it
 * is gone when it was also said to be removed, and until then there is nothing to do but wait for news of it.
 *
 * @param options.urgent waits for no permit: the container may be gone before one is free
 * @param options.onFailure called each time the engine did not answer as it should
 */
export async function inspectContainer(
  context: InspectionContext,
  subject: InspectionSubject,
  options: { readonly signal: AbortSignal; readonly urgent: boolean; readonly onFailure: () => void },
): Promise<ContainerDetails | null> {
  const { id, name, news, backOff } = subject
  const { signal, urgent, onFailure } = options
  for (;;) {
    const { told } = news
    try {
      return await inspectOnce(context, subject, { signal, urgent })
    } catch (error) {
      signal.throwIfAborted()
      if (isNotFound(error)) {
        if (news.removed) return null
        await news.since(told, { signal })
        continue
      }
      onFailure()
      context.metrics.streamError('open_failed', { id, name })
      context.logger.warn({ container: name, err: error }, 'The engine did not describe a container')
    }
    await news.waitAtMost(context.clock, backOff.next(), { signal })
  }
}

async function inspectOnce(
  { attaching, clock, config, engine }: InspectionContext,
  { id, name }: InspectionSubject,
  { signal, urgent }: { signal: AbortSignal; urgent: boolean },
): Promise<ContainerDetails> {
  using _ = urgent ? null : await attaching.acquire({ signal })
  const inspect = (own: AbortSignal): Promise<ContainerDetails> =>
    engine.inspectContainer(id, { signal: own })
  return await withDeadline(clock, `inspecting ${name}`, config.openTimeoutMs, signal, inspect)
}

/** Whether the engine said that there is no such container. */
export function isNotFound(error: unknown): boolean {
  return error instanceof EngineError && error.code === 'not_found'
}

/** Whether the engine said that the container is dead or being removed: it is still listed, and its log cannot be read any more. */
export function isBeingRemoved(error: unknown): boolean {
  return error instanceof EngineError && error.code === 'conflict'
}
