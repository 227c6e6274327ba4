import { endpointContradiction } from '../http/endpoint-config.ts'
import type { SinkDefinition } from '../sink-definition.ts'
import { otlpSchema, type OtlpConfig } from './config.ts'
import { OtlpSink } from './otlp-sink.ts'

/** Whatever receives OTLP over HTTP, such as the OpenTelemetry collector. */
export const otlp: SinkDefinition<OtlpConfig> = {
  name: 'otlp',
  schema: otlpSchema,
  descriptors: ({ maxInFlight }) => ({ key: 'max_in_flight', count: maxInFlight }),
  contradiction: endpointContradiction,
  create: (config, context) => new OtlpSink(config, context),
}
