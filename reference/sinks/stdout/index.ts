import { section } from '../../config/section.ts'
import { flag } from '../../config/values.ts'
import type { SinkDefinition } from '../sink-definition.ts'
import { StdoutSink } from './stdout-sink.ts'

/** Standard output. */
export const stdout: SinkDefinition = {
  name: 'stdout',
  schema: section({ enabled: flag.default(false).describe('write lines to it') }).describe(
    'standard output, an object in JSON for each line',
  ),
  create: (_config, { stdout: write }) => new StdoutSink(write),
}
