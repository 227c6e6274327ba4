/** Every kind of sink, a line each, under the name of its section in `CollectorConfig.sinks`. */
export { jetStream } from './jetstream/index.ts'
export { localFile } from './local-file/index.ts'
export { loki } from './loki/index.ts'
export { otlp } from './otlp/index.ts'
export { stdout } from './stdout/index.ts'
