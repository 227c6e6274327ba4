import type { SinkDefinition } from '../sink-definition.ts'
import { jetStreamSchema, type JetStreamSinkConfig } from './config.ts'
import { JetStreamSink } from './jetstream-sink.ts'

/** A stream of a NATS server or cluster. */
export const jetStream: SinkDefinition<JetStreamSinkConfig> = {
  name: 'jetstream',
  schema: jetStreamSchema,
  create: (config, context) => new JetStreamSink({ ...context, config }),
}
