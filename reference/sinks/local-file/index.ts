import type { SinkDefinition } from '../sink-definition.ts'
import { localFileSchema, type LocalFileSinkConfig } from './config.ts'
import { LocalFileSink } from './local-file-sink.ts'

/** A file for every source. */
export const localFile: SinkDefinition<LocalFileSinkConfig> = {
  name: 'local_file',
  schema: localFileSchema,
  descriptors: ({ maxOpenFiles }) => ({ key: 'max_open_files', count: maxOpenFiles }),
  create: (config, context) => new LocalFileSink({ ...context, config }),
}
