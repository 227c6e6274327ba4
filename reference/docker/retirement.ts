import type { ContainerMonitorConfig } from '../config/config.ts'
import type { Source } from '../dispatch/block.ts'
import type { Scope } from '../lifecycle/scope.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { ContainerPosition } from './reading/container-position.ts'
import { stageSettingsOf } from './stages/stage-settings.ts'
import { createReader } from './reading/create-reader.ts'
import type { Delivery } from './delivery.ts'
import { flushReader } from './flush-reader.ts'

export interface RetirementOptions {
  readonly config: ContainerMonitorConfig
  readonly delivery: Delivery
  readonly metrics: Metrics
}

/** Finishes sources whose container went while nobody followed it: their open partial line is written, then they are forgotten. */
export class Retirement {
  readonly #options: RetirementOptions
  /** One task each, however often they are found missing. */
  readonly #retiring = new Set<string>()

  constructor(options: RetirementOptions) {
    this.#options = options
  }

  /** Begins in the scope, unless it is under way. */
  retire(source: Source, scope: Scope): void {
    if (this.#retiring.has(source.id)) return
    this.#retiring.add(source.id)
    const task = scope.keep('container_release', source.name, async (signal) => {
      await this.#flush(source, signal)
      await this.forget(source, signal)
    })
    const over = (): void => void this.#retiring.delete(source.id)
    task.done.then(over, over)
  }

  /** Gives up what is held for a source, once everything of it is written. */
  async forget(source: Source, signal: AbortSignal): Promise<void> {
    await this.#options.delivery.forget(source, { signal })
    this.#options.metrics.forgetContainer(source)
  }

  async #flush(source: Source, signal: AbortSignal): Promise<void> {
    const { config, delivery } = this.#options
    const position = delivery.resumePosition(source.id)
    if (!(position instanceof ContainerPosition)) return
    const { maxLineBytes } = config
    const stages = stageSettingsOf(config)
    const reader = createReader({
      source,
      tty: false,
      poll: false,
      maxLineBytes,
      stages,
      from: 'start',
      position,
    })
    await flushReader(reader, source, delivery, signal)
  }
}
