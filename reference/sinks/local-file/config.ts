import type { z } from 'zod'
import { section } from '../../config/section.ts'
import { count, durationFrom, flag, oneOf, optional, sizeFrom, text } from '../../config/values.ts'

/** When the local file sink begins a new file, and what becomes of the old ones. */
const rotate = section({
  maxSize: optional(sizeFrom('1KiB', '1024GiB')).meta({
    description:
      'no file is longer, unless one record is, or the first batch after a start; by default a file grows without a bound',
    example: '100MiB',
  }),
  maxAgeMs: optional(durationFrom('1s', '10000h')).meta({
    description: 'the file is begun anew so long after it was begun, or the collector started',
    example: '24h',
  }),
  maxFiles: count(1, 100_000).default(10).describe('rotated files kept of each source'),
  compress: oneOf(['none', 'gzip'])
    .default('none')
    .describe('of rotated files, once their positions are saved'),
}).describe('rotation by the collector itself, to <file>.000001, .000002, ...; no outside tool is needed')

export interface RotationConfig extends Readonly<z.output<typeof rotate>> {}

export const localFileSchema = section({
  enabled: flag.default(true).describe('write files'),
  directory: text
    .default('./data/logs')
    .describe('where the files are, <container name>-<12-character id>.log'),
  maxOpenFiles: count(1, 100_000)
    .default(100)
    .describe('the least recently written one is closed, and opened again when it is needed'),
  format: oneOf(['raw', 'json'])
    .default('raw')
    .describe('each line as it was written, or an object in each line'),
  rotate,
}).describe('a file for each source')

export interface LocalFileSinkConfig extends Readonly<z.output<typeof localFileSchema>> {}
