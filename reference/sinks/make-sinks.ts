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

/** The sinks that are enabled. */
export function makeSinks(config: SinksConfig, context: SinkContext): Sink[] {
  return enabledSinks(config).map((sink) => sink.kind.create(sink.config, context))
}
