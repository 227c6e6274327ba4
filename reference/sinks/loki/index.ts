import type { SinkDefinition } from '../sink-definition.ts'
import { lokiContradiction, lokiSchema, type LokiConfig } from './config.ts'
import { LokiSink } from './loki-sink.ts'

/** Grafana Loki, by its push API. */
export const loki: SinkDefinition<LokiConfig> = {
  name: 'loki',
  schema: lokiSchema,
  descriptors: ({ maxInFlight }) => ({ key: 'max_in_flight', count: maxInFlight }),
  contradiction: lokiContradiction,
  create: (config, context) => new LokiSink(config, context),
}
