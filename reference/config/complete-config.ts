import type { CollectorConfig } from './config.ts'
import { parseConfig } from './parse-config.ts'

/** Any part of a configuration. Lists, and what may be null, are whole. */
export type PartialConfig<T = CollectorConfig> = {
  readonly [Key in keyof T]?: null extends T[Key]
    ? T[Key]
    : T[Key] extends readonly unknown[] | string | number | boolean
      ? T[Key]
      : PartialConfig<T[Key]>
}

/** Parsed when first asked for: a property makes a configuration a case. */
let defaults: CollectorConfig | undefined

/** The defaults with a part of them replaced. */
export function completeConfig(partial: PartialConfig): CollectorConfig {
  defaults ??= parseConfig('', { file: 'defaults', env: {} })
  const { containerMonitor: monitor, sinks } = defaults
  return {
    ...defaults,
    ...partial,
    containerMonitor: {
      ...monitor,
      ...partial.containerMonitor,
      filters: { ...monitor.filters, ...partial.containerMonitor?.filters },
      metadata: { ...monitor.metadata, ...partial.containerMonitor?.metadata },
      streamRotation: { ...monitor.streamRotation, ...partial.containerMonitor?.streamRotation },
    },
    fileMonitor: { ...defaults.fileMonitor, ...partial.fileMonitor },
    dispatcher: {
      ...defaults.dispatcher,
      ...partial.dispatcher,
      spool: { ...defaults.dispatcher.spool, ...partial.dispatcher?.spool },
    },
    sinks: {
      localFile: {
        ...sinks.localFile,
        ...partial.sinks?.localFile,
        rotate: { ...sinks.localFile.rotate, ...partial.sinks?.localFile?.rotate },
      },
      stdout: { ...sinks.stdout, ...partial.sinks?.stdout },
    },
    metrics: { ...defaults.metrics, ...partial.metrics },
    api: { ...defaults.api, ...partial.api },
  }
}
