import { isDeepStrictEqual } from 'node:util'
import type { SinksConfig } from '../config/config.ts'
import type { Sink } from '../dispatch/sink.ts'
import * as registry from './registry.ts'
import type { SinkConfig, SinkContext, SinkDefinition } from './sink-definition.ts'

/** The kinds that are enabled, each with its section. */
export function enabledSinks(config: SinksConfig): readonly { kind: SinkDefinition; config: SinkConfig }[] {
  const sections: Readonly<Record<string, SinkConfig>> = config
  return Object.entries(registry)
    .map(([key, kind]) => ({ kind: kind as SinkDefinition, config: sections[key]! }))
    .filter((sink) => sink.config.enabled)
}

/** Sinks, and the configuration they were made of. */
export interface MadeSinks {
  readonly config: SinksConfig
  readonly sinks: readonly Sink[]
}

/** The sinks that are enabled. One whose section is as before is the one of before. */
export function makeSinks(config: SinksConfig, context: SinkContext, before?: MadeSinks): Sink[] {
  const sections: Readonly<Record<string, SinkConfig>> = before?.config ?? {}
  return enabledSinks(config).map(({ kind, config: section }) => {
    const [key = ''] = Object.entries(registry).find(([, { name }]) => name === kind.name) ?? []
    const there = before?.sinks.find(({ name }) => name === kind.name)
    if (there !== undefined && isDeepStrictEqual(sections[key], section)) return there
    context.metrics.sinkExpected(kind.name)
    return kind.create(section, context)
  })
}
